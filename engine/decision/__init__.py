"""Turn a trace into a decision and a plan, and render it."""
