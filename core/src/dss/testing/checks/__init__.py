"""What the suites check, by topic."""
