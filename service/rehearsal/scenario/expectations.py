"""What is expected at a step, held against what is there: a sentence for everything that differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from service.rehearsal.scenario import person_expectations, round_expectations
from service.rehearsal.scenario.scene import Scene
from service.rehearsal.scenario.sentences import say

PEOPLE = "people"  #: the word under which people stand, each with words of his own


def find_differences(scene: Scene, expected: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for everything that is not as expected."""
    with scene.wiring.reading() as ctx:
        for word, wanted in expected.items():
            if word == PEOPLE:
                yield from person_expectations.compare_people(scene, ctx, wanted)
            else:
                yield from round_expectations.COMPARISONS[word](scene, ctx, wanted)


def say_expected(expected: Mapping[str, Any]) -> str:
    """Return in words what was expected and found."""
    told = []
    for word, wanted in expected.items():
        told += _say_people(wanted) if word == PEOPLE else [_say_round(word, wanted)]
    return "；".join(told)


def _say_people(wanted: Mapping[str, Mapping[str, Any]]) -> list[str]:
    called = person_expectations.WORDS
    return [
        f"{name}的{'，'.join(f'{called[word]}{say(value)}' for word, value in words.items())}"
        for name, words in wanted.items()
    ]


def _say_round(word: str, wanted: Any) -> str:
    rows = wanted if isinstance(wanted, list) else [wanted]
    texts = [" ".join(map(str, row.values())) if isinstance(row, dict) else str(row) for row in rows]
    return f"{round_expectations.HEADINGS[word]}{say(texts if isinstance(wanted, list) else texts[0])}"
