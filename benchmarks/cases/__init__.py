"""What is measured: one function per case, each run in a fresh process by `benchmarks.child`."""
