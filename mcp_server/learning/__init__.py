"""How rules improve: pure functions over what the store knows."""
