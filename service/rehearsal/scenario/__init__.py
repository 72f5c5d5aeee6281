"""Scenarios: stories of a round in YAML, told by people who know the programme, played on a moving clock."""
