"""Evaluate a Rulebook in plain Python, three-valued, and say why."""
