"""The inbox and everything that is done on a task."""
