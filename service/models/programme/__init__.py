"""Tables of the programmes."""
