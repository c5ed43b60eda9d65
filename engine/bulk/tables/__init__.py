"""A whole book as tables, larger than memory: read, checked row by row and measured part by part in DuckDB."""
