"""Keep every decision: a log that loses nothing and shows any change to it."""
