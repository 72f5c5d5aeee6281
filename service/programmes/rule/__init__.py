"""Rules that need no database: eligibility, decision tables, identity numbers, working days."""
