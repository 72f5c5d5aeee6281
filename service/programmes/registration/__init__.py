"""Registrations of those who put themselves forward (自荐登记): taken, confirmed, opened by link, removed."""
