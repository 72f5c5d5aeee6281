"""Papers in and out: Word and Excel files made from plain records, and uploads read with suspicion."""
