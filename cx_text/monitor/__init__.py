"""Whether something really changed: a window of each watched series against its own past, all of them together."""
