"""Every customer of a book decided, part by part, checked by a sample and written to a file."""
