"""Tests of service/programmes/diagram."""
