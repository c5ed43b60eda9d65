"""Lay a plan out for a reader: text, Markdown, HTML."""
