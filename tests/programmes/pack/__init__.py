"""Tests of service/programmes/pack."""
