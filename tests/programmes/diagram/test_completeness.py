"""What a redrawn diagram asks of its programme and the programme does not know, element by element."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from service.programmes.diagram import completeness
from service.programmes.pack.packs import Pack
from tests.programmes.publication.changed_pack import with_notice


@pytest.fixture(scope="module")
def pack(packs: Mapping[str, Pack]) -> Pack:
    return packs["changzhou-good-youth"]


def problems(pack: Pack, before: str, after: str) -> list[str]:
    """Redraw the diagram in one place and return element, rule and severity of what is found."""
    drawn = pack.diagram.decode()
    assert drawn.count(before) >= 1
    redrawn = drawn.replace(before, after, 1).encode()
    return [f"{p.element_id} {p.rule} {p.severity}" for p in completeness.check_diagram(pack, redrawn)]


def test_the_pack_as_it_ships_has_none(pack: Pack) -> None:
    assert completeness.check(pack) == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        # roles and scopes
        ('"nominee@self,league@unit"', '"nominee@self,mayor@unit"', "fill_in_form unknown-role error"),
        ('"league@unit"', '"league@nowhere"', "workplace_league_opinion unknown-scope error"),
        ('"league@unit"', '"league"', "workplace_league_opinion unknown-scope error"),
        ('"league@unit"', '"league@区县"', ""),
        ('"league@unit"', '"league@liyang"', ""),
        ('"police@organiser"', '"police@unit"', "consult_police wrong-scope error"),
        (
            'name="escalate-to" value="head@organiser"',
            'name="escalate-to" value="head@recommender"',
            "investigate wrong-scope error",
        ),
        (
            '<zeebe:assignmentDefinition candidateGroups="league@unit" />',
            "",
            "workplace_league_opinion no-group error",
        ),
        # dates and windows
        (
            'dueDate="=deadline(&#34;03-25&#34;)"',
            'dueDate="=deadline(&#34;03-26&#34;)"',
            "fill_in_form unknown-deadline warning",
        ),
        ('=deadline("03-25")', '=deadline("04-01")', "submission_deadline unknown-deadline warning"),
        ("=notice.until", "=working days after(notice.start, 7)", "notice_window notice-length warning"),
        # outcomes and variables
        (
            'value="accept:受理,dismiss:不予受理"',
            'value="accept:受理，dismiss：不予受理,dismiss：不予受理"',
            "register outcomes error",
        ),
        (
            '=outcome = "overrule"',
            '=outcome = "overule"',
            "ruled_eligible_to_through_workplace unknown-outcome warning",
        ),
        (
            '=source = "self"',
            '=soruce = "self"',
            "through_workplace_to_recommender_opinion unknown-variable warning",
        ),
        (
            'name="variables" value="category"',
            'name="variables" value="category,employer"',
            "fill_in_form unknown-answer error",
        ),
        # topics and their headers
        ('type="quota.take"', 'type="quota.grab"', "take_quota unknown-topic error"),
        ('<zeebe:header key="status" value="overdue" />', "", "expire missing-header error"),
        (
            '<zeebe:header key="status" value="overdue" />',
            '<zeebe:header key="status" value="late"/>',
            "expire missing-header error",
        ),
        (
            '<zeebe:header key="stage" value="qualification" />',
            '<zeebe:header key="stage" value=" "/>',
            "close_submission missing-header error",
        ),
        # what a step takes, reads and shows
        (
            'name="outcomes" value="confirm:',
            'name="follow-up" value="diary:周记"/><zeebe:property name="outcomes" value="confirm:',
            "open_joint_review unknown-track error",
        ),
        (
            'name="outcomes" value="confirm:',
            'name="files" value="plan"/><zeebe:property name="outcomes" value="confirm:',
            "open_joint_review unknown-file error",
        ),
        (
            'name="reads" value="nominee_statement',
            'name="files" value="proof"/><zeebe:property name="reads" value="nominee_statement',
            "investigate files-elsewhere error",  # in an objection's case they come with a statement
        ),
        (
            'name="reads" value="countersign"',
            'name="reads" value="countersign,sign_off"',
            "submit_list unknown-step error",
        ),
        (
            'name="shows" value="candidates"',
            'name="shows" value="everybody"',
            "submit_list unknown-list error",
        ),
        (
            'name="by-hand" value="organiser"',
            'name="remark" value="organiser"',
            "reconsidered never-thrown warning",
        ),
    ],
)
def test_what_the_programme_does_not_know_is_named_with_its_element(
    pack: Pack, before: str, after: str, expected: str
) -> None:
    assert problems(pack, before, after) == ([expected] if expected else [])


def test_a_notice_of_less_than_five_working_days_is_warned_of(pack: Pack) -> None:
    found = [
        (p.element_id, p.rule, p.severity) for p in completeness.check(with_notice(pack, working_days=4))
    ]

    assert found == [("round", "short-notice", "warning")]


def test_a_start_event_that_is_gone_is_missed_in_its_pool(pack: Pack) -> None:
    renamed = pack.diagram.replace(b"nominated_by_self", b"started_by_oneself")

    found = [(p.element_id, p.rule) for p in completeness.check_diagram(pack, renamed)]

    assert found == [("nomination", "missing-start")]


def test_a_stage_whose_closing_cannot_be_moved_is_warned_of(pack: Pack) -> None:
    renamed = pack.diagram.replace(b"submission_deadline", b"end_of_submission")

    found = [(p.element_id, p.rule, p.severity) for p in completeness.check_diagram(pack, renamed)]

    assert found == [("round", "missing-closing", "warning")]


def test_what_another_system_gives_back_is_not_taken_for_misspelt(pack: Pack) -> None:
    redrawn = pack.diagram.replace(b'type="award.grant"', b'type="credit.ask"').replace(
        b"=source =", b"=score ="
    )

    found = [p.rule for p in completeness.check_diagram(pack, redrawn, remote_topics={"credit.ask"})]

    assert found == []


def test_a_remote_topic_of_the_installation_is_known(pack: Pack) -> None:
    redrawn = pack.diagram.replace(b'type="award.grant"', b'type="mail.send"')

    assert [p.rule for p in completeness.check_diagram(pack, redrawn)] == ["unknown-topic"]
    assert list(completeness.check_diagram(pack, redrawn, remote_topics={"mail.send"})) == []


@pytest.mark.parametrize("xml", [b"", b"<a/>", b"not xml", b'<!DOCTYPE a><a xmlns=""/>'])
def test_what_is_no_diagram_is_a_problem_and_no_crash(pack: Pack, xml: bytes) -> None:
    [problem] = completeness.check_diagram(pack, xml)

    assert (problem.element_id, problem.severity) == (None, "error")


def test_files_of_a_nomination_are_its_attachments(packs: Mapping[str, Pack]) -> None:
    pack = packs["thousand-good-youth"]
    redrawn = pack.diagram.replace(
        b'<zeebe:property name="record" value="nomination" />',
        b'<zeebe:property name="record" value="nomination" /><zeebe:property name="files" value="plan" />',
    )

    found = {problem.rule for problem in completeness.check_diagram(pack, redrawn)}

    assert found == {"files-elsewhere"}
