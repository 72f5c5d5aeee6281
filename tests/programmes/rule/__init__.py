"""Tests of service/programmes/rule."""
