"""Papers: annexes, rosters, official papers, their batches, and the stamped scans that come back."""
