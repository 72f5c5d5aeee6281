"""What an instance waits for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Literal, TypeVar, overload

from service.engine.records.variables import JSON, Variables

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class OpenUserTask:
    """A user task (or manual task) that waits for a person."""

    key: str  #: unique in the instance, stable from step to step until it closes
    element_id: str
    name: str
    assignee: str | None = None  #: evaluated zeebe:assignmentDefinition
    candidate_groups: tuple[str, ...] = ()  #: each ``role@scope``, evaluated
    form_id: str | None = None
    due_date: datetime | None = None  #: aware, UTC
    follow_up_date: datetime | None = None  #: aware, UTC
    priority: int = 50
    inputs: Variables = field(
        default_factory=dict
    )  #: multi-instance input element, loopCounter, input mappings


@dataclass(frozen=True, kw_only=True)
class OpenServiceTask:
    """A service task that waits for its topic to be worked."""

    key: str
    element_id: str
    name: str
    topic: str  #: zeebe:taskDefinition type
    headers: Mapping[str, str] = field(default_factory=dict)  #: zeebe:taskHeaders
    variables: Mapping[str, JSON] = field(default_factory=dict)  #: the variables it can see
    retries: int = 3  #: how often in all the topic may be tried before somebody has to look


@dataclass(frozen=True, kw_only=True)
class PendingTimer:
    """A timer the instance waits for."""

    key: str  #: each occurrence of a cycle has its own
    element_id: str
    due_at: datetime  #: aware, UTC


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """A signal or message the instance waits for."""

    key: str
    element_id: str
    kind: Literal["signal", "message"]
    name: str
    correlation_key: str | None = None  #: evaluated zeebe:subscription; messages only


class Open(Sequence[T]):
    """What is open of one kind, oldest first: the keys at once, each record when it is asked for."""

    def __init__(self, keys: Callable[[], list[str]] = list, load: Callable[[str], T] | None = None) -> None:
        self._find_keys, self._load = keys, load
        self._records: dict[str, T] = {}

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The engine's keys, of everything."""
        return tuple(self._find_keys())

    def besides(self, known: Collection[str]) -> list[T]:
        """Return the records whose key is not among those known: the others are not even read."""
        return [self._of(key) for key in self.keys if key not in known]

    def _of(self, key: str) -> T:
        if key not in self._records:
            if self._load is None:
                raise KeyError(key)
            self._records[key] = self._load(key)
        return self._records[key]

    def __len__(self) -> int:
        return len(self.keys)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...
    def __getitem__(self, index: int | slice) -> T | tuple[T, ...]:
        if isinstance(index, slice):
            return tuple(self._of(key) for key in self.keys[index])
        return self._of(self.keys[index])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]  # as a list

    def __repr__(self) -> str:
        return repr(tuple(self))
