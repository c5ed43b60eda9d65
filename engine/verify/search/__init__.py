"""Search the least changes that bring an answer about."""
