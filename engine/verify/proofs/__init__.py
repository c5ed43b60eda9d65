"""Prove what holds of every customer, and find those for whom it does not."""
