"""Read rule files into a Rulebook, or say everything that is wrong with them."""
