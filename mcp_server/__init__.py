"""What is done with what is known."""
