"""A programme pack: its folder read, checked and kept."""
