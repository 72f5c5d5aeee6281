"""Tests of service/programmes/nomination."""
