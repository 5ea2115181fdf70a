"""One thin command a file. Start with main.py."""
