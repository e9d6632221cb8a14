"""Telling a person's correction from other prompts: the judgement, and a table per language."""
