"""Rounds: dates, quotas, calendars and the counts of their page."""
