"""Whether the trial engine keeps what it promises, proved in simulated projects whose truth is known."""
