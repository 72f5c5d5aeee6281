"""Rounds: dates, quotas, calendars, and who may do what in them."""
