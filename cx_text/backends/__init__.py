"""The only doors to spaCy, lingua, transformers with torch, and BERTopic. Start with base.py."""
