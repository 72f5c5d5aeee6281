"""Accounts, units and the audit of what was done with them."""
