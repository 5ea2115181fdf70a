"""Files of every kind become rows: one format a file, and what is wrapped around it."""
