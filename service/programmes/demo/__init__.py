"""The demonstration: made-up people in a round of their own."""
