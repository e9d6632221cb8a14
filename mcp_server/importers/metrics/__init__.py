"""What benchmarks measured: one file per format, and what they share."""
