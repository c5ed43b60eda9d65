"""A real PostgreSQL server for the tests: in a temporary folder, on a Unix socket, with no port."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

ACCOUNTS = ("postgres", "nobody")
"""Who runs the server where the tests are run by root, whom PostgreSQL refuses."""


def find_programs() -> Path:
    """Return the folder of PostgreSQL's programs; without them the tests fail."""
    folders = [Path(folder) for folder in os.environ["PATH"].split(os.pathsep)]
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    config = shutil.which("pg_config")
    if config:
        done = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=True)
        folders.append(Path(done.stdout.strip()))
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    raise AssertionError("PostgreSQL is not installed: initdb is nowhere to be found")


class Server:
    """A running server."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._made = 0

    def make_schema(self) -> str:
        """Make a new schema and return the URL that writes into it."""
        self._made += 1
        name = f"log{self._made}"
        url = f"postgresql://owner@/postgres?host={self.folder}"
        with psycopg.connect(url) as connection:
            connection.execute(f"CREATE SCHEMA {name}")  # type: ignore[arg-type]
        return f"{url}&options=-csearch_path%3D{name}"


@contextmanager
def run_server(durable: bool) -> Iterator[Server]:
    """Start a server of its own and stop it at the end; one that is not durable does not wait for the disk."""
    programs = find_programs()
    # The folders of pytest are closed to other users, and their names too long for a socket.
    folder = Path(tempfile.mkdtemp(prefix="sangdo-pg-", dir="/tmp"))
    account: dict[str, Any] = {}
    if os.getuid() == 0:
        known = {entry.pw_name: entry for entry in pwd.getpwall()}
        entry = next(known[name] for name in ACCOUNTS if name in known)
        account = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        os.chown(folder, entry.pw_uid, entry.pw_gid)

    def run(program: str, *words: str) -> None:
        said = folder / "said"
        with said.open("w") as stream:
            done = subprocess.run(
                [programs / program, "-D", folder / "data", *words],
                check=False, cwd=folder, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, **account,
            )  # fmt: skip
        assert done.returncode == 0, said.read_text("utf-8")

    try:
        run("initdb", "-U", "owner", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        options = f"-k {folder} -c listen_addresses='' -c fsync={'on' if durable else 'off'}"
        run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield Server(folder)
        finally:
            run("pg_ctl", "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
