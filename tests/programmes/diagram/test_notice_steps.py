"""What 逐级公示 asks of a diagram: each notice is published, ended, and waits for its objections."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from service.programmes.diagram import completeness
from service.programmes.pack.packs import Pack, load_pack
from tests.packs.judging import the_pack

FOURTH = Path(__file__).parents[2] / "packs" / "fourth"
MAPPING = '<zeebe:input source="=&quot;recommender&quot;" target="notice_key"/>'


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(FOURTH / "processes", FOURTH / "forms", "nanyu-projects")


def found_in(pack: Pack) -> list[tuple[str | None, str]]:
    return [(problem.element_id, problem.rule) for problem in completeness.check(pack)]


def test_the_pack_as_it_stands_has_none(pack: Pack) -> None:
    assert found_in(pack) == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            MAPPING,
            MAPPING.replace("recommender", "city"),
            [("recommender_notice", "unknown-notice"), ("nomination", "missing-notice")],
        ),
        (MAPPING, "", [("nomination", "missing-notice"), ("recommender_notice", "missing-notice-key")]),
        ('type="objections.count"/>', 'type="quota.release"/>', [("open_local", "missing-notice-step")]),
        ('type="notice.close"/>', 'type="quota.release"/>', [("open_local", "missing-notice-step")]),
        (
            '<bpmn:messageEventDefinition id="local_upheld_event" messageRef="message_objection_upheld"/>',
            '<bpmn:messageEventDefinition id="local_upheld_event" messageRef="message_reserve_promoted"/>',
            [("open_local", "missing-notice-step")],
        ),
        (
            'processId="local_notice"',
            'processId="elsewhere"',
            [("unit_notice", "called-process"), ("recommender_notice", "called-process")],
        ),
    ],
    ids=["unknown key", "no key", "nothing counted", "never ended", "upheld unheard", "no such process"],
)
def test_what_is_missing_is_named_with_its_element_and_how_to_mend_it(
    pack: Pack, before: str, after: str, expected: list[tuple[str, str]]
) -> None:
    head, _, tail = pack.diagram.decode().partition('<bpmn:process id="nomination"')
    assert before in tail
    redrawn = replace(
        pack, diagram=f'{head}<bpmn:process id="nomination"{tail.replace(before, after)}'.encode()
    )

    problems = [problem for problem in completeness.check(redrawn) if problem.severity == "error"]

    assert [
        (problem.element_id, problem.rule) for problem in problems if problem.rule in dict(expected).values()
    ] == expected
    assert all(problem.fix for problem in problems)


def test_cases_that_go_to_the_organiser_alone_are_warned_of(pack: Pack) -> None:
    text = pack.diagram.decode()
    group = text.split('id="investigate"')[1].split('candidateGroups="')[1].split('"')[0]
    redrawn = replace(pack, diagram=text.replace(group, "organiser@organiser").encode())

    assert found_in(redrawn) == [("register", "one-for-all-notices"), ("investigate", "one-for-all-notices")]


def test_a_pack_that_declares_none_may_not_draw_one(pack: Pack) -> None:
    bare = replace(pack, programme=replace(pack.programme, notices={}))

    assert found_in(bare) == [("unit_notice", "unknown-notice"), ("recommender_notice", "unknown-notice")]


@pytest.mark.parametrize("key", ["changzhou-good-youth", "longcheng-craftsmen", "thousand-good-youth"])
def test_one_notice_is_drawn_once_and_called_by_the_organiser(key: str) -> None:
    assert [row for row in found_in(the_pack(key)) if "notice" in row[1]] == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ('type="objections.count"/>', 'type="quota.release"/>', ("hold_local", "missing-notice-step")),
        (
            'messageRef="message_objection_upheld"/>',
            'messageRef="message_self_application"/>',
            ("hold_local", "missing-notice-step"),
        ),
        ('<zeebe:input source="=notice_key" target="notice_key"/>', "", ("hold_local", "missing-notice-key")),
        ('type="notice.close"/>', 'type="quota.release"/>', ("open_notice", "missing-notice-step")),
    ],
    ids=["nothing counted", "upheld unheard", "no key", "never ended"],
)
def test_what_waits_for_objections_may_stand_where_the_notice_is_called(
    before: str, after: str, expected: tuple[str, str]
) -> None:
    pack = the_pack("longcheng-craftsmen")
    place = "local_notice" if expected[0] == "hold_local" else "notice"
    head, process, tail = pack.diagram.decode().partition(f'<bpmn:process id="{place}"')
    assert before in tail
    drawn = f"{head}{process}{tail.replace(before, after, 1)}".encode()

    assert expected in found_in(replace(pack, diagram=drawn))
