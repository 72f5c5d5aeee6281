"""Rules of the notice that no decision table asks: what checks each of them, in the notice's own words."""

from __future__ import annotations

from dataclasses import dataclass

#: what checks a rule as a whole, and what does by its key: ``attachments.portrait``
WHOLE = ("categories", "award", "period", "quota", "coverage")
KEYED = ("attachments", "deadlines", "form", "shown", "switches", "diagram")


@dataclass(frozen=True, kw_only=True)
class StatedRule:
    """One of ``[[rules]]`` in programme.toml that names what checks it instead of a decision."""

    rule: str  #: N11
    words: str  #: the notice's sentence
    by: tuple[str, ...]  #: what checks it; nothing does where the notice sets no rule

    @property
    def cited(self) -> str:
        """What whoever is refused reads: the notice's sentence and the rule's number."""
        return f"通知：“{self.words}”（{self.rule}）。"

    def keys_of(self, kind: str) -> tuple[str, ...]:
        """Return the keys of one kind that check it: of ``attachments``, the slots."""
        return tuple(key for place in self.by for of, _, key in [place.partition(".")] if of == kind and key)
