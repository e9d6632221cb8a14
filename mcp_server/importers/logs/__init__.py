"""What clients wrote down of their sessions: one file per client, and what they share."""
