"""Diagrams as they are redrawn: versions, drafts, checking against the pack, publishing, comparing."""
