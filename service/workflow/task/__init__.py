"""What people do: tasks, who may have them, and every way to hand one on."""
