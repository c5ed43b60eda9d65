"""A rulebook as terms of Z3."""
