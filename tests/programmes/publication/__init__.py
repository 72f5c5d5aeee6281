"""Tests of service/programmes/publication."""
