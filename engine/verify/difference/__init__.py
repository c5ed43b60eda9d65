"""What two rulebooks make different."""
