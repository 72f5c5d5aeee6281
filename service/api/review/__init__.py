"""The review of a round: its secret ballot."""
