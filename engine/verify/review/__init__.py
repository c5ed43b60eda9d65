"""A whole rulebook reviewed: all findings, and how they are told."""
