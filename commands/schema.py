"""sangdo schema"""

from __future__ import annotations

from pathlib import Path

import click

from sangdo.engine.language.errors import nearest


@click.command("schema")
@click.argument("kind", required=False)
@click.option("--write", "folder", type=click.Path(path_type=Path), help="Write all schemas into this folder.")
def command(kind: str | None, folder: Path | None) -> None:
    """Print the JSON Schema of a kind of rule file, for editors.

    \b
    Examples:
      sangdo schema question
      sangdo schema --write rules/schemas
    """
    from sangdo.engine.language.schema import SCHEMAS, schema_text

    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for name in SCHEMAS:
            (folder / f"{name}.schema.json").write_text(schema_text(name), encoding="utf-8")
        return
    if kind not in SCHEMAS:
        meant = nearest(kind or "", SCHEMAS)
        raise click.UsageError(f"give a kind: {', '.join(SCHEMAS)}." + (f' Did you mean "{meant}"?' if meant else ""))
    click.echo(schema_text(kind), nl=False)
