"""The impact of a change of rules: a whole book decided by both, side by side."""
