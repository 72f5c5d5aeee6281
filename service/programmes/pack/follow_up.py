"""What follows upon a title, as programme.toml declares it: the tracks of the ledger (培育台账)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

from service.programmes.pack.toml_table import Table

Kind = Literal["activity", "pool", "honour", "state"]
#: activity: what was done; pool: a talent pool one is put into and may leave; honour: 推报, item by item a
#: rung of a ladder, lowest first; state: how the holder is placed, the newest entry being how he is now
KINDS: tuple[Kind, ...] = ("activity", "pool", "honour", "state")
#: results of an honour where the pack names no others; the last says that it was won
HONOUR_RESULTS = ("已推报", "未获评", "获评")


@dataclass(frozen=True, kw_only=True)
class Track:
    """One track of the ledger: what its entries may be about and who writes them."""

    key: str
    name: str
    kind: Kind
    items: tuple[str, ...]  #: in the notice's words and order; empty leaves the item to the writer
    results: tuple[str, ...]  #: to choose from; empty leaves the result to the writer
    writers: tuple[str, ...]  #: roles that write for the titles at and below their unit
    private: bool  #: kept from the holder himself and from other units: for the organiser and the writers

    @property
    def won(self) -> str:
        """The result that says an honour was won."""
        return self.results[-1] if self.kind == "honour" else ""


def read_tracks(table: Table) -> dict[str, Track]:
    """Read ``[[follow_up]]``; problems are noted in the table's list."""
    tracks: dict[str, Track] = {}
    for entry in table.tables("follow_up", optional=True):
        kind = cast(Kind, entry.choice("kind", KINDS, "activity"))
        track = Track(
            key=entry.text("key"),
            name=entry.text("name"),
            kind=kind,
            items=entry.texts("items", ()),
            results=entry.texts("results", HONOUR_RESULTS if kind == "honour" else ()),
            writers=entry.texts("writers", ("organiser",)),
            private=entry.flag("private", default=False),
        )
        if track.key in tracks:
            entry.complain("key", f"“{track.key}”重复")
        if kind in ("pool", "honour") and not track.items:
            entry.complain("items", "人才库和推报须逐项列出名称")
        entry.finish()
        tracks[track.key] = track
    return tracks
