"""Rehearsing a whole round in seconds: the service's own code, made-up people and a clock that is moved."""
