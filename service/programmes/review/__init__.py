"""Reviewing nominations: form checks, outside bodies, drawn experts, scores, ranked lists and ballots."""
