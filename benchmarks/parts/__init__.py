"""The parts of the benchmark: each says what to run and turns the results into figures."""
