"""What is published: diagrams, and the decision tables beside them."""
