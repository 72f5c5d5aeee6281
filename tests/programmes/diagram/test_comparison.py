from __future__ import annotations

from pathlib import Path

from service.programmes.diagram.comparison import compare

DIAGRAM = (
    Path(__file__).parents[3] / "processes/changzhou-good-youth/changzhou-good-youth.bpmn"
).read_bytes()


def change(old: str, new: str) -> list[tuple[str, str, bool, list[tuple[str, str, str]]]]:
    changed = DIAGRAM.replace(old.encode(), new.encode(), 1)
    assert changed != DIAGRAM
    return [(row.kind, row.name, row.is_flow, list(row.details)) for row in compare(DIAGRAM, changed)]


def test_two_equal_diagrams_do_not_differ() -> None:
    assert compare(DIAGRAM, DIAGRAM) == []


def test_a_moved_timer_is_shown() -> None:
    found = change('=deadline("03-25")', '=deadline("03-29")')

    assert found == [
        ("changed", "3月25日24:00", False, [("定时", '=deadline("03-25")', '=deadline("03-29")')])
    ]


def test_a_changed_condition_is_shown_at_its_flow() -> None:
    found = change('=eligibility = "FAIL"', '=eligibility != "PASS"')

    assert [(kind, is_flow, details) for kind, _name, is_flow, details in found] == [
        ("changed", True, [("条件", '=eligibility = "FAIL"', '=eligibility != "PASS"')])
    ]


def test_a_flow_led_elsewhere_is_shown_by_the_names_of_its_ends() -> None:
    found = change('targetRef="workplace_opinion"', 'targetRef="recommender_opinion"')

    (kind, name, is_flow, details) = found[0]
    assert (kind, is_flow, details) == ("changed", True, [("终点", "所在单位意见", "推荐单位团组织意见")])
    assert name.endswith(" → 推荐单位团组织意见")


def test_what_is_only_drawn_elsewhere_is_no_difference() -> None:
    assert change('<dc:Bounds x="160"', '<dc:Bounds x="10"') == []


def test_a_step_s_role_form_and_properties_are_shown() -> None:
    found = change('candidateGroups="police@organiser"', 'candidateGroups="industry@organiser"')

    assert [details for *_rest, details in found] == [
        [("办理角色", "police@organiser", "industry@organiser")]
    ]


def test_a_removed_flow_is_named_by_its_ends() -> None:
    start = DIAGRAM.index(b'<bpmn:sequenceFlow id="')
    end = DIAGRAM.index(b"/>", start) + 2

    found = compare(DIAGRAM, DIAGRAM[:start] + DIAGRAM[end:])

    assert [(row.kind, row.is_flow, "→" in row.name) for row in found] == [("removed", True, True)]
