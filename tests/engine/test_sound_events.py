"""Events that never happen, or that two wait for, are named at publish."""

from __future__ import annotations

import pytest

from service import engine
from tests.engine.conftest import warned
from tests.engine.sketch import draw


@pytest.mark.parametrize(
    ("host", "event", "found"),
    [
        ("task A", "timer P1D", True),
        ("script A script==1 result=n", "timer P1D", True),
        ("send A message told", "timer P1D", True),
        ("sub A {\n}", "timer P1D", True),
        ("sub A {\nstart i\nscript I script==1 result=n\ni -> I\n}", "signal stop", True),
        ("sub A {\nstart i\nmanual I\ni -> I\n}", "timer P1D", False),
        ("manual A", "timer P1D", False),
        ("service A topic=t", "timer P1D", False),
        ("receive A message told", "timer P1D", False),
        ("manual A", "error bad", True),
        ("service A topic=t", "error bad", False),
        ("sub A {\nstart i\nmanual I\nend j error bad\ni -> I -> j\n}", "error bad", False),
        ("sub A {\nstart i\nmanual I\nend j error bad\ni -> I -> j\n}", "error worse", True),
        ("sub A {\nstart i\nmanual I\nend j error bad\ni -> I -> j\n}", "error", False),
        ("sub A {\nstart i\nmanual I\nend j error bad\ni -> I -> j\n}", "escalation bad", True),
    ],
)
def test_boundary_event_that_can_never_fire_is_named(host: str, event: str, *, found: bool) -> None:
    sketch = f"start s\n{host}\nboundary b on A {event}\nend e\nend x\ns -> A -> e\nb -> x"

    assert [one for one in warned(sketch) if one[0] == "b"] == ([("b", "never-fires")] if found else [])


WAITS = "start s\ncatch a signal told\nreceive m message asked\ns -> a -> m"


@pytest.mark.parametrize(
    ("outside", "others", "found"),
    [
        (None, {}, []),
        ((), {}, [("a", "never-thrown"), ("m", "never-thrown")]),
        (("told",), {}, [("m", "never-thrown")]),
        (("told", "asked"), {}, []),
        ((), {"q": "start qs\nthrow t signal told\nend u message asked\nqs -> t -> u"}, []),
        (
            (),
            {"q": "start qs\nthrow t message told\nqs -> t"},
            [("a", "never-thrown"), ("m", "never-thrown")],
        ),
    ],
)
def test_wait_that_nothing_ends_is_named(
    outside: tuple[str, ...] | None, others: dict[str, str], found: list[tuple[str, str]]
) -> None:
    problems = engine.check_diagram(draw(p=WAITS, **others), outside=outside)

    assert [(problem.element_id, problem.rule) for problem in problems] == found


MESSAGE_START = "start a {} told\nmanual A\na -> A"


def test_two_starts_with_one_message_are_refused_and_with_one_signal_are_not() -> None:
    other = "start b {} told\nmanual B\nb -> B"

    found = [
        [
            problem.element_id
            for problem in engine.check_diagram(draw(p=MESSAGE_START.format(kind), q=other.format(kind)))
        ]
        for kind in ("message", "signal")
    ]

    assert found == [["b"], []]


def test_error_that_a_caller_catches_is_caught() -> None:
    called = {"q": "start qs\nmanual B\nend x error bad\nqs -> B -> x"}
    call = "start s\ncall C process=q\ns -> C"
    caught = call + "\nboundary b on C error bad\nmanual H\nb -> H"

    found = [[one.rule for one in engine.check_diagram(draw(p=p, **called))] for p in (call, caught)]

    assert found == [["never-caught"], []]
