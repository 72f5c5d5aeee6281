"""How programme code reaches what the composition root loaded: the packs and the file storage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol, cast

from service.models import Round
from service.programmes.pack.packs import Pack, pick
from service.workflow.context import Context

#: of files that come with the objections to one notice, where the settings say nothing else
EVIDENCE_MEGABYTES = 500


class Storage(Protocol):
    """Keeps bytes under their SHA-256."""

    def write(self, data: bytes, now: datetime) -> str:
        """Keep bytes and return their SHA-256 in hex."""
        ...

    def read(self, sha256: str) -> bytes:
        """Return the bytes kept under a hash."""
        ...

    def remove(self, sha256: str, before: datetime) -> bool:
        """Delete bytes last handed in before a moment; say whether they were."""
        ...

    def list_old(self, before: datetime) -> Iterable[list[str]]:
        """Yield, some at a time, the hashes of what was last handed in before a moment."""
        ...

    def clear_unfinished(self, before: datetime) -> int:
        """Delete what was left half written before a moment; return how many."""
        ...


class Loaded(Protocol):
    """What the programmes' domain carries."""

    packs: Mapping[str, Pack]
    storage: Storage
    evidence_megabytes: int


def get_pack(ctx: Context, programme: str) -> Pack:
    """Return a programme's pack; NotFound names those that are there."""
    return pick(all_packs(ctx), programme)


def pack_of(ctx: Context, entry: Round) -> Pack:
    """Return the pack a round runs."""
    return get_pack(ctx, entry.programme)


def all_packs(ctx: Context) -> Mapping[str, Pack]:
    """Return every loaded pack by key."""
    return cast(Loaded, ctx.domain).packs


def storage_of(ctx: Context) -> Storage:
    """Return the file storage."""
    return cast(Loaded, ctx.domain).storage


def evidence_megabytes_of(ctx: Context) -> int:
    """Return how many megabytes of files may come with the objections to one notice."""
    return cast(Loaded, ctx.domain).evidence_megabytes
