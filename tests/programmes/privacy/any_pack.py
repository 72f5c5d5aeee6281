"""Handing somebody in, whichever pack it is."""

from __future__ import annotations

from typing import Any

from service.programmes.demo.demo_file import read_demo
from tests.programmes.story import CATEGORY, LEAGUE, ORGANISER, WORKPLACE, Story

YOUTH, CRAFTSMEN, THOUSAND = "changzhou-good-youth", "longcheng-craftsmen", "thousand-good-youth"
LABELS = {YOUTH: "2024", CRAFTSMEN: "2024", THOUSAND: "2021"}
#: of each pack a workplace, who hands in for it, a category, and an organiser
PLACES = {
    YOUTH: (WORKPLACE, LEAGUE, CATEGORY, ORGANISER),
    CRAFTSMEN: ("liyang-1", "liyang-1-gonghui", "craftsman", "laojing"),
    THOUSAND: ("sxjg-01", "sxjg-01-tuan", "organ", "sxtuanshiwei"),
}


class AnyStory(Story):
    """A round of one of the packs."""

    @property
    def applicant(self) -> str:
        """The login of whoever hands in at the workplace."""
        return PLACES[self.pack.key][1]

    @property
    def organiser(self) -> str:
        """The login of an organiser."""
        return PLACES[self.pack.key][3]

    def apply(self, **answers: Any) -> int:
        """Hand somebody in; the nomination's id."""
        unit, by, category, _organiser = PLACES[self.pack.key]
        known = dict(read_demo(self.pack.demo).answers) if self.pack.key == CRAFTSMEN else {}
        return self.nominate(unit, category, by=by, answers=known | answers)
