"""Passwords in the URLs of databases, which no message may show."""

from __future__ import annotations

import re

_PASSWORD = re.compile(r"(://[^/?#:@]*):.*@|([?&;](?:password|sslpassword)=)[^&]*", re.DOTALL | re.IGNORECASE)


def without_password(url: str) -> str:
    """Return a URL, or a message that has one in it, with the password blotted out."""
    return _PASSWORD.sub(lambda found: f"{found.group(1)}:***@" if found.group(1) else f"{found.group(2)}***", url)
