"""Say why: a decision followed back to orders and observations, rule by rule."""
