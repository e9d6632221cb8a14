"""What a model makes of evidence: small packets, strict answers, one repair, and nothing taken on its word."""
