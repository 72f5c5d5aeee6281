"""Tables of units and the people in them."""
