"""Tests of service/programmes/demo."""
