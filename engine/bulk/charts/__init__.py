"""Charts as pictures that stand in a page: made by a charting library, without scripts, readable without colour."""
