"""What the public sees: notices with their objections, and awards."""
