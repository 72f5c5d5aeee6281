"""What is held under kills, pauses, races and a database that goes away. Real processes, real databases."""
