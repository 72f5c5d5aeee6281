"""Registering to put oneself forward (自荐登记): what the public sees, and what whoever decides does."""
