"""The verbs of the command line, one module each: they translate, and decide nothing."""
