"""Pages of those who run the house: people, units, calendars, diagrams, incidents."""
