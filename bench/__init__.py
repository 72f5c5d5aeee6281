"""Benchmarks: each prints its figures beside a peer, a limit or a target, measured in the same run."""
