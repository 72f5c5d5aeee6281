"""Definitions, instances, user tasks, jobs, incidents and history. Knows nothing of awards."""
