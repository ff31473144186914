"""The figures datastoresync promises, measured side by side: `python -m benchmarks`."""
