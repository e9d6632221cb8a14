"""Test reports: one file per format, and what they share."""
