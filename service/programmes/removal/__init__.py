"""Removing personal data: whose time is over, what is cleared, and the files that are left."""
