"""What linters and type checkers found: SARIF."""
