"""Tables of the workflow."""
