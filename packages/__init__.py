"""The packages people install from, each made of pyproject.toml and of what the program says of itself."""
