"""Native rule files of coding agents, one file per format: bytes and a path in, a person's sentences out."""
