"""Sweep a whole book: every customer's answers in one table."""
