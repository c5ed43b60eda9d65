"""Check a rulebook against its scenarios."""
