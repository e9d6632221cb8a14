"""One file per agent's client, and what writes their configuration and takes it out again."""
