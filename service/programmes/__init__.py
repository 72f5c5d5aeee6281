"""Rounds, nominations, quotas, eligibility, opinions, notices: what an award programme is made of."""
