"""Titles once granted."""
