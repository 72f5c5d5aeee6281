"""Tests of service/programmes/round."""
