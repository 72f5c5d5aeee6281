"""Rounds, their nominations and papers."""
