"""Many comments → figures, each with its n and its interval. Start with nps.py."""
