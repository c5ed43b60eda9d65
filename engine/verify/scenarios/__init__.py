"""Scenarios beside the rules: run them, and say what they cover."""
