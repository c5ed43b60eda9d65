"""Where a sweep runs: DuckDB on this machine, Spark, or a warehouse that Ibis reaches."""
