"""Kinds of flow node: how each takes a token in, works, waits and passes it on."""
