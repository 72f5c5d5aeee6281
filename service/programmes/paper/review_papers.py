"""Papers of a review from its record: 形式审查结果, 专家组会审建议名单, 审议纪要.

Votes stand as counts, experts without names, and what is changed in the list with its reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from service.documents.records import Column, RosterRecord
from service.documents.spreadsheets import make_roster
from service.documents.word import write_day
from service.errors import Conflict
from service.models import (
    Defect,
    ListChange,
    Nomination,
    NominationStatus,
    Round,
    Standing,
    Submission,
    TaskStatus,
    UserTask,
)
from service.programmes import wiring
from service.programmes.nomination import nominations
from service.programmes.pack.paper import FORM_CHECK, MINUTES, PANEL_LIST, REVIEW, REVIEW_COLUMNS, Paper
from service.programmes.paper import forms, official
from service.programmes.privacy import provision
from service.programmes.review import access, ballots, form_checks, standings
from service.programmes.round import withdrawals
from service.workflow.context import Context
from service.workflow.definition import deployments

FORMATS = ("docx", "xlsx")
IN, OUT = "列入", "不列入"


@dataclass(frozen=True, kw_only=True)
class _Gathered:
    """What a paper of a review says: words for its sentences, rows for its list, and the day."""

    words: Mapping[str, str]
    rows: Sequence[tuple[Nomination, Mapping[str, str]]]
    day: date


def list_ready(ctx: Context, entry: Round) -> list[Paper]:
    """Return the papers of a round's review that can be printed, to whoever may look at the review."""
    papers = wiring.pack_of(ctx, entry).programme.papers_of(*REVIEW)
    if not papers or not access.may_see(ctx, entry):
        return []
    return [paper for paper in papers if _is_ready(ctx, entry, paper)]


def print_paper(ctx: Context, entry: Round, key: str, *, form: str = "docx") -> bytes:
    """Return a paper of a review as .docx or .xlsx. Conflict while there is nothing to say yet."""
    paper, gathered = _gather(ctx, entry, key)
    keys = REVIEW_COLUMNS[paper.kind]
    widths = paper.widths or (0,) * len(paper.columns)
    columns = [
        Column(heading=heading, key=keys[heading], width=width)
        for heading, width in zip(paper.columns, widths, strict=True)
    ]
    listed, notes = _leave_out(ctx, gathered.rows)
    rows = [[row[column.key] for column in columns] for row in listed]
    if form == "xlsx":
        above = f"编制单位：{entry.organiser.name}"
        record = RosterRecord(title=paper.title, above=above, columns=columns, sheets={paper.title: rows})
        return make_roster(replace(record, notes={paper.title: notes} if notes else {}))
    return official.print_list(ctx, entry, paper, gathered.words, gathered.day, columns, rows, notes)


def list_people(ctx: Context, entry: Round, key: str) -> list[int]:
    """Return the nominations a paper of a review names."""
    _paper, gathered = _gather(ctx, entry, key)
    gone, lacking = _find_unnamed(ctx, gathered.rows)
    return [person.id for person, _row in gathered.rows if person.id not in gone | lacking]


def _gather(ctx: Context, entry: Round, key: str) -> tuple[Paper, _Gathered]:
    access.require(ctx, entry)
    paper = forms.get_paper(wiring.pack_of(ctx, entry), key, *REVIEW)
    if not _is_ready(ctx, entry, paper):
        raise Conflict(f"“{paper.title}”还没有内容：评审走到这一步以后才能打印。")
    return paper, _GATHER[paper.kind](ctx, entry, paper)


def _find_unnamed(
    ctx: Context, rows: Sequence[tuple[Nomination, Mapping[str, str]]]
) -> tuple[set[int], set[int]]:
    """Return whoever stepped out, and of the others whoever withdrew his consent to provision."""
    gone = {person.id for person, _row in rows if person.status == NominationStatus.WITHDRAWN}
    _willing, lacking = provision.divide(ctx, [person for person, _row in rows if person.id not in gone])
    return gone, {person.id for person in lacking}


def _leave_out(
    ctx: Context, rows: Sequence[tuple[Nomination, Mapping[str, str]]]
) -> tuple[list[Mapping[str, str]], list[str]]:
    """Part whoever is not named any more from the others; the notes say how many those are, and why.

    The sentences above the list go on counting them: they were decided on.
    """
    gone, lacking = _find_unnamed(ctx, rows)
    notes = [
        sentence.format(number=number)
        for sentence, number in ((provision.GONE_LEFT_OUT, len(gone)), (provision.LEFT_OUT, len(lacking)))
        if number
    ]
    listed = [row for person, row in rows if person.id not in gone | lacking]
    return [{**row, "number": str(number)} for number, row in enumerate(listed, start=1)], notes


def _is_ready(ctx: Context, entry: Round, paper: Paper) -> bool:
    if paper.kind == FORM_CHECK:
        return bool(_list_checks(ctx, entry))
    if paper.kind == MINUTES:
        return _find_decision(ctx, entry, paper) is not None
    ballot = ballots.find_newest(ctx, entry)
    return ballot is not None and ballot.closed_at is not None


def _gather_checks(ctx: Context, entry: Round, _paper: Paper) -> _Gathered:
    """The newest check of everybody, with what was found wanting in it."""
    checks = _list_checks(ctx, entry)
    rows, outcomes = [], Counter[str]()
    for task, nomination in checks:
        element = deployments.get_element(ctx, task.instance, task.element_id)
        labels = dict(deployments.outcomes_of(element.properties.get("outcomes", "")))
        found = select(Defect.label).where(Defect.user_task_id == task.id).order_by(Defect.id)
        correction = element.properties.get(form_checks.CORRECTION)
        defects = list(ctx.session.scalars(found))
        result = "correcting" if task.outcome == correction else ("refused" if defects else "passed")
        outcomes[result] += 1
        said = {
            "outcome": labels.get(task.outcome or "", task.outcome or ""),
            "defects": "；".join(defects),
            "overruling": nomination.overruling,
        }
        rows.append((nomination, _person(nomination) | said))
    words = {name: str(outcomes[name]) for name in ("passed", "correcting", "refused")}
    last = max(task.completed_at for task, _nomination in checks if task.completed_at is not None)
    zone = wiring.pack_of(ctx, entry).programme.zone
    return _Gathered(words=words | {"total": str(len(rows))}, rows=rows, day=last.astimezone(zone).date())


def _gather_list(ctx: Context, entry: Round, paper: Paper) -> _Gathered:
    """The ranked list as the panel left it: what was decided on it afterwards is not in it."""
    standing, changes = standings.list_of(ctx, entry), standings.list_changes(ctx, entry)
    step = _name_step(ctx, entry, paper)
    ballot = ballots.find_newest(ctx, entry)
    assert ballot is not None
    assert ballot.closed_at is not None
    results = ballots.list_results(ctx, ballot)
    votes = {result.nomination_id: result.votes for result in results}
    are_votes = ballots.are_votes(standing, results)
    rows, proposed, changed = [], 0, 0
    for row in standing:
        is_in, decided = _without_leaving(row, changes.get(row.nomination_id, []))
        before, later = _divide(decided, step)
        was_in = is_in if not later else not later[0].proposed
        proposed, changed = proposed + was_in, changed + bool(before)
        given = votes.get(row.nomination_id, {})
        said = (
            _person(row.nomination)
            | {
                "rank": str(row.rank),
                "total": _points(row, are_votes=are_votes),
                "result": IN if was_in else OUT,
            }
            | {choice: str(given.get(choice, "")) for choice in ballots.CHOICES}
            | {"reasons": _reasons(before)}
        )
        rows.append((row.nomination, said))
    zone = wiring.pack_of(ctx, entry).programme.zone
    words = {
        "total": str(len(rows)),
        "proposed": str(proposed),
        "voters": str(ballot.voters),
        "voted": str(ballots.count_turnout(ctx, ballot)),
        "changed": str(changed),
    }
    return _Gathered(words=words, rows=rows, day=ballot.closed_at.astimezone(zone).date())


def _gather_minutes(ctx: Context, entry: Round, paper: Paper) -> _Gathered:
    """What was decided on the panel's list: everybody on it then or now, and why what changed did."""
    found = _find_decision(ctx, entry, paper)
    assert found is not None
    task, submission = found
    changes = standings.list_changes(ctx, entry)
    rows, counts = [], Counter[str]()
    for row in standings.list_of(ctx, entry):
        is_in, decided = _without_leaving(row, changes.get(row.nomination_id, []))
        _before, later = _divide(decided, task.name)
        was_in = is_in if not later else not later[0].proposed
        if not (was_in or is_in):
            continue
        counts["proposed"] += was_in
        counts["total"] += is_in
        counts["removed"] += was_in and not is_in
        counts["added"] += is_in and not was_in
        result = "同意列入" if is_in and was_in else ("调入" if is_in else "调出")
        said = {"rank": str(row.rank), "result": result, "reasons": _reasons(later)}
        rows.append((row.nomination, _person(row.nomination) | said))
    element = deployments.get_element(ctx, task.instance, task.element_id)
    labels = dict(deployments.outcomes_of(element.properties.get("outcomes", "")))
    zone = wiring.pack_of(ctx, entry).programme.zone
    day = submission.submitted_at.astimezone(zone).date()
    words = {name: str(counts[name]) for name in ("proposed", "total", "removed", "added")} | {
        "day": write_day(day),
        "outcome": labels.get(submission.outcome, submission.outcome),
        "said": str(submission.answers.get("reason") or submission.answers.get("text") or "").rstrip("。"),
    }
    return _Gathered(words=words, rows=rows, day=day)


_GATHER = {FORM_CHECK: _gather_checks, PANEL_LIST: _gather_list, MINUTES: _gather_minutes}


def _person(nomination: Nomination) -> dict[str, str]:
    return {
        "name": nomination.name,
        "unit": nomination.unit.name,
        "recommender": nomination.recommender.name,
    }


def _points(row: Standing, *, are_votes: bool) -> str:
    if are_votes:
        return f"{row.total // ballots.THOUSAND} 票"
    return f"{row.total / ballots.THOUSAND:.3f}" if row.total else ""


def _reasons(changes: Sequence[ListChange]) -> str:
    return "；".join(
        f"{change.step}{'调入' if change.proposed else '调出'}：{change.reason}" for change in changes
    )


def _without_leaving(row: Standing, changes: Sequence[ListChange]) -> tuple[bool, Sequence[ListChange]]:
    """Return whether he was left on the list and what was decided of it: he may have stepped out since."""
    decided = [change for change in changes if change.step != withdrawals.STEP]
    return row.proposed or len(decided) < len(changes), decided


def _divide(changes: Sequence[ListChange], step: str) -> tuple[Sequence[ListChange], Sequence[ListChange]]:
    """Part somebody's changes into those that stood before a step decided last, and that decision's."""
    at = len(changes)
    while at and changes[at - 1].step == step[: standings.MAX_STEP]:
        at -= 1
    return changes[:at], changes[at:]


def _name_step(ctx: Context, entry: Round, paper: Paper) -> str:
    query = select(UserTask.name).where(
        UserTask.instance_id == entry.instance_id, UserTask.element_id == paper.decided_at
    )
    return ctx.session.scalars(query.order_by(UserTask.id.desc()).limit(1)).first() or ""


def _list_checks(ctx: Context, entry: Round) -> Sequence[tuple[UserTask, Nomination]]:
    """Return the newest form check of everybody who was checked, by recommender."""
    newest_diagram = deployments.get_newest(ctx, entry.programme)
    diagram = deployments.diagram_of(ctx, newest_diagram.id, newest_diagram.content_hash)
    elements = diagram.processes[nominations.PROCESS].elements.values()
    names = [element.id for element in elements if form_checks.PROPERTY in element.properties]
    query = (
        select(UserTask, Nomination)
        .join(Nomination, Nomination.instance_id == UserTask.instance_id)
        .where(
            UserTask.round_id == entry.id,
            UserTask.element_id.in_(names),
            UserTask.status == TaskStatus.COMPLETED,
        )
        .options(joinedload(Nomination.unit), joinedload(Nomination.recommender))
        .order_by(Nomination.recommender_id, Nomination.id, UserTask.id)
    )
    newest = {nomination.id: (task, nomination) for task, nomination in ctx.session.execute(query)}
    return list(newest.values())


def _find_decision(ctx: Context, entry: Round, paper: Paper) -> tuple[UserTask, Submission] | None:
    query = (
        select(UserTask, Submission)
        .join(Submission, Submission.user_task_id == UserTask.id)
        .where(UserTask.instance_id == entry.instance_id, UserTask.element_id == paper.decided_at)
        .order_by(Submission.id.desc())
        .limit(1)
    )
    found = ctx.session.execute(query).first()
    return (found[0], found[1]) if found is not None else None
