"""The store: comments, where they came from, what was read in them, and who asked for what, in one database."""
