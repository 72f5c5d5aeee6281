"""Which round a page of nominations is about, and which others may be chosen."""

from __future__ import annotations

from collections.abc import Sequence

from flask import g, request

from service.models import Round
from service.programmes.round import rounds
from service.web.frame.numbers import number


def find_chosen(every: Sequence[Round], wanted: str) -> Round | None:
    """Return the round with a number as it was given, else the first."""
    return next((entry for entry in every if str(entry.id) == wanted), every[0] if every else None)


def get_posted() -> Round:
    """Return the round that a form names."""
    return rounds.get(g.ctx, request.form.get("round", 0, type=number))


def list_options(every: Sequence[Round]) -> list[tuple[int, str]]:
    """Return the rounds as a field offers them: number and words."""
    return [(entry.id, f"{entry.label} · {entry.title}") for entry in every]
