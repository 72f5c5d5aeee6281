"""Duties: one file each, with a ``run_once`` that does what is due and says what it did.

``pulse.py`` runs them, from a ticker inside the web process or from a worker of its own.
"""
