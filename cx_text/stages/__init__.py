"""One stage a file: each reads a batch of comments and adds tags. Start with base.py."""
