"""What runs: the one loop from a step to rows, and what it opens."""
