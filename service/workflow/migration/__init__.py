"""Moving running instances to a redrawn diagram: proposing, trying out, ordering, doing."""
