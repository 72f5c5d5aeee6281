"""What demo.toml says: who may log in to the demonstration and what stands there from the beginning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from service.errors import Invalid


@dataclass(frozen=True, kw_only=True)
class Account:
    """One made-up account."""

    login: str
    name: str
    role: str
    unit: str  #: code
    at: str = ""  #: code of the unit at which he holds the role, where it is not his own


@dataclass(frozen=True, kw_only=True)
class Staff:
    """The same account for every unit of a level; ``{code}`` and ``{name}`` are the unit's."""

    level: str
    role: str
    login: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Heads:
    """How many young people the units of a level report, taken in turn."""

    level: str
    numbers: tuple[int, ...]
    categories: tuple[str, ...] = ()  #: what they nominate in; empty means every one in turn


@dataclass(frozen=True, kw_only=True)
class WaitingNominations:
    """Nominations that have come as far as one step."""

    count: int
    unit: str  #: code of the workplace
    waits_at: str  #: id of the user task they wait at
    categories: tuple[str, ...] = ()  #: in turn; empty means every one


@dataclass(frozen=True, kw_only=True)
class Names:
    """What made-up people are called and do."""

    surnames: tuple[str, ...]
    given: tuple[str, ...]
    rare: tuple[str, ...]
    identity_region: str
    posts: tuple[str, ...]
    born_after: date = date(1990, 1, 1)
    born_before: date = date(2000, 1, 1)


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Where people turn to when a unit publishes."""

    unit: str  #: code
    phone: str
    email: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Demo:
    """A programme's demonstration."""

    start: datetime  #: where its clock starts, aware
    label: str  #: of its round
    accounts: tuple[Account, ...]
    staff: tuple[Staff, ...]
    nominations: tuple[WaitingNominations, ...]
    names: Names
    heads: tuple[Heads, ...] = ()
    contacts: tuple[Contact, ...] = ()
    answers: Mapping[str, Any] = field(default_factory=dict)  #: to fields that only this form has


def read_demo(data: Mapping[str, Any]) -> Demo:
    """Read demo.toml; an unknown or missing key is refused by name."""
    if not data:
        raise Invalid("这个活动包没有 demo.toml，不能演示，也不能演练。")
    try:
        return Demo(
            start=data["clock"]["start"],
            label=data["round"]["label"],
            accounts=tuple(Account(**row) for row in data["accounts"]),
            staff=tuple(Staff(**row) for row in data.get("staff", ())),
            nominations=tuple(WaitingNominations(**_frozen_row(row)) for row in data.get("nominations", ())),
            names=Names(**_frozen_row(data["names"])),
            answers=dict(data.get("answers", {})),
            contacts=tuple(Contact(**row) for row in data.get("contacts", ())),
            heads=tuple(Heads(**_frozen_row(row)) for row in data.get("heads", ())),
        )
    except (KeyError, TypeError) as wrong:
        raise Invalid(f"demo.toml 有误：{wrong}") from wrong


def _frozen_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _frozen(value) for key, value in row.items()}


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
