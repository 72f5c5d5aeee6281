"""Papers in the columns and order of the notice's annexes."""
