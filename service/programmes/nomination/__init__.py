"""Nominations from the draft to the papers."""
