"""Tests of service/programmes/paper."""
