"""Sangdo: an expert system for selling. Rules in YAML, one customer in, one explained plan out."""

__version__ = "0.1.0"
