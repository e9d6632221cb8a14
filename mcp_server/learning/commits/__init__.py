"""What became of commits, told from what git prints."""
