"""Clients' session logs and memory files on this machine: found, read as far as they are new, and never changed."""
