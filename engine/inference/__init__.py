"""Run a Rulebook forward on durable-rules."""
