"""A programme's scenarios: which there are, and what each says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marshmallow import ValidationError

from service.errors import NotFound
from service.rehearsal.scenario.source import Place, Source, WrongScenario, read_source
from service.rehearsal.scenario.vocabulary import Head, NewRound, load_step

FOLDER = "scenarios"
SUFFIX = ".yaml"
NO_ROUND = "none"
#: marshmallow's own words within a table's messages
_WITHIN = ("_schema", "value")


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing done or expected."""

    word: str  #: of the vocabulary
    said: Mapping[str, Any]  #: checked; every moment a text still
    line: int


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A story of a round."""

    name: str  #: of its file, without the suffix
    says: str  #: the sentence it proves
    proves: tuple[str, ...]
    begins: str | None
    opens: Mapping[str, Any] | None  #: label and year of the round that is there; None for no round
    switches: Mapping[str, bool]  #: that stand otherwise than the programme's file says
    people: Mapping[str, Mapping[str, Any]]
    steps: tuple[Step, ...]


def list_names(processes_dir: Path, programme: str) -> list[str]:
    """Return the names of a programme's scenarios, the good way first."""
    found = {file.stem for file in (processes_dir / programme / FOLDER).glob(f"*{SUFFIX}")}
    return sorted(found, key=lambda name: (name != "good-way", name))


def load(processes_dir: Path, programme: str, name: str) -> Scenario:
    """Read one scenario. Raises NotFound with the known names, WrongScenario with every problem."""
    names = list_names(processes_dir, programme)
    if name not in names:
        known = f"有：{'、'.join(names)}。" if names else "这个活动还没有场景。"
        raise NotFound(f"“{programme}”没有场景“{name}”。{known}")
    return _read(read_source(processes_dir / programme / FOLDER / f"{name}{SUFFIX}"), name)


def find_problems(processes_dir: Path, programme: str) -> Iterator[str]:
    """Yield a sentence for everything wrong with a programme's scenarios."""
    for name in list_names(processes_dir, programme):
        try:
            load(processes_dir, programme, name)
        except WrongScenario as wrong:
            yield from wrong.problems


def _read(source: Source, name: str) -> Scenario:
    problems: list[str] = []
    head: Mapping[str, Any] = {}
    opens: Mapping[str, Any] | None = None
    try:
        head = Head().load(source.data)
        opens = _read_round(head.get("round"))
    except ValidationError as wrong:
        problems += _say(source, (), wrong.messages)
    steps = list(_read_steps(source, problems))
    if problems:
        raise WrongScenario(sorted(set(problems), key=problems.index))
    return Scenario(
        name=name,
        says=head["says"],
        proves=tuple(head["proves"]),
        begins=head.get("begins"),
        opens=opens,
        switches=head["switches"],
        people=head["people"],
        steps=tuple(steps),
    )


def _read_round(said: Any) -> Mapping[str, Any] | None:
    if said == NO_ROUND:
        return None
    try:
        loaded: Mapping[str, Any] = NewRound().load(said or {})
    except ValidationError as wrong:
        raise ValidationError({"round": wrong.messages}) from wrong
    return loaded


def _read_steps(source: Source, problems: list[str]) -> Iterator[Step]:
    story = source.data.get("story") if isinstance(source.data, dict) else None
    for number, said in enumerate(story if isinstance(story, list) else ()):
        place: Place = ("story", number)
        try:
            word, loaded = load_step(said)
        except ValidationError as wrong:
            problems += _say(source, place, wrong.messages)
        else:
            yield Step(word=word, said=loaded, line=source.line_of(place))


def _say(source: Source, place: Place, messages: Any) -> Iterator[str]:
    """Yield each of marshmallow's messages as a sentence with its line."""
    if isinstance(messages, Mapping):
        for key, deeper in messages.items():
            yield from _say(source, place if key in _WITHIN else (*place, key), deeper)
        return
    sentences: Sequence[Any] = messages if isinstance(messages, list) else [messages]
    for sentence in sentences:
        word = f"“{place[-1]}”" if place and isinstance(place[-1], str) else ""
        yield source.say(place, f"{word}{sentence}")
