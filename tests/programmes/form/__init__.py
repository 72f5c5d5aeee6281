"""Tests of service/programmes/form."""
