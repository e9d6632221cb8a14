"""One file per foreign format, each turning bytes into facts."""
