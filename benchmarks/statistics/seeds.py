"""The seeds: those with which the bench was developed, and the one of the page, taken after everything was frozen."""

DEVELOPMENT = range(1, 10)
"""Used while constants, worlds and baselines were made. Nothing on the page comes from them."""

FINAL = 0
"""Taken when the engine's constants were frozen, and run once."""
