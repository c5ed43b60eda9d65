"""A book where it lies: its tables checked and turned into those of a sweep by expressions of Ibis alone."""
