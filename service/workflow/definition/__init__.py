"""What is published: diagrams, their decision tables and when they begin by themselves."""
