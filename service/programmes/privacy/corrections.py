"""Corrections (更正, 个人信息保护法 §46): what a nominee asks to have put right later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from service.errors import Conflict, Forbidden, Invalid, NotFound
from service.models import (
    Award,
    Correction,
    CorrectionStatus,
    Instance,
    Nomination,
    Round,
    TaskStatus,
    Unit,
    UserTask,
)
from service.programmes import wiring
from service.programmes.nomination import claims, columns, identities, nominations, record, screening
from service.programmes.privacy import consents, correctable, subject, telling
from service.programmes.rule.eligibility import Finding as RuleFinding
from service.programmes.rule.eligibility import Result
from service.workflow import history
from service.workflow.context import Context
from service.workflow.instance import execution

LEAST_REASON = 2
#: a list by its field, as whoever decides on its correction puts it right
Rows = Mapping[str, Any]


def ask(ctx: Context, nomination: Nomination, field: str, value: str, reason: str) -> Correction:
    """Ask for a correction, as the nominee or on his word; the new value must be one the form would take.

    Of a list it is said in words what is to be put right.
    """
    if ctx.actor.user_id is None or not consents.may_withdraw(ctx, nomination):
        raise Forbidden("只有申报人本人、所在单位或主办单位可以申请更正。")
    problems = {}
    wanted = correctable.find(ctx, nomination, field)
    if wanted is None:
        problems["field"] = "请选择要更正的项目"
    if len(reason.strip()) < LEAST_REASON:
        problems["reason"] = "请写明更正的依据"
    if wanted is None or problems:
        raise Invalid("更正申请填写不完整。", fields=problems)
    correction = Correction(
        round_id=nomination.round_id,
        nomination_id=nomination.id,
        field=field,
        value=_keep(ctx, nomination, wanted, value),
        reason=reason.strip()[:500],
        asked_by_id=ctx.actor.user_id,
        asked_at=ctx.now,
    )
    ctx.session.add(correction)
    _note(ctx, correction, "correction.asked")
    ctx.session.flush()
    what = "申请更正个人信息，请在“个人信息”页办理。"
    telling.tell_organisers(ctx, nomination, what, f"correction-asked:{correction.id}")
    return correction


def decide(
    ctx: Context, correction_id: int, *, make: bool, answer: str, rows: Rows | None = None
) -> Correction:
    """Make a correction or refuse it, with a word to who asked; organisers only, never in one's own case.

    ``rows`` holds a list by its field as it is to stand, put right by whoever decides.
    """
    correction = ctx.session.get(Correction, correction_id)
    if correction is None or not nominations.may_see(ctx, correction.nomination):
        raise NotFound("没有这项更正申请，或您无权查看。")
    nomination = correction.nomination
    if not may_decide(ctx, nomination):
        raise Forbidden("只有主办单位可以办理更正。")
    assert nomination.instance_id is not None
    instance = execution.lock(ctx, nomination.instance_id)
    ctx.session.refresh(correction)
    if correction.status != CorrectionStatus.ASKED:
        raise Conflict("这项更正申请已经办结。")
    if not make and len(answer.strip()) < LEAST_REASON:
        raise Invalid("不予更正须写明理由。", fields={"answer": "请写明理由"})
    changed = _read_change(ctx, nomination, correction, rows) if make else {}
    correction.status = CorrectionStatus.MADE if make else CorrectionStatus.REFUSED
    correction.decided_by_id, correction.decided_at = ctx.actor.user_id, ctx.now
    correction.answer = answer.strip()[:500]
    if make:
        _make(ctx, nomination, instance, correction, changed)
    _note(ctx, correction, "correction.made" if make else "correction.refused")
    what = "更正申请已办理。" if make else f"更正申请未予办理，理由：{correction.answer}"
    telling.tell(ctx, correction.asked_by, nomination, what, f"correction-decided:{correction.id}")
    return correction


def may_decide(ctx: Context, nomination: Nomination) -> bool:
    """Say whether the actor may make a correction."""
    return nominations.is_organiser(ctx, nomination.round) and not identities.is_nominee(ctx, nomination)


def list_of(ctx: Context, nomination: Nomination) -> Sequence[Correction]:
    """Return the corrections asked for in a nomination, oldest first."""
    query = select(Correction).where(Correction.nomination_id == nomination.id).order_by(Correction.id)
    return list(ctx.session.scalars(query))


def list_open(ctx: Context) -> Sequence[Correction]:
    """Return what waits for the actor's decision, oldest first."""
    codes = [group.removeprefix("organiser@") for group in ctx.actor.groups if group.startswith("organiser@")]
    query = (
        select(Correction)
        .join(Round, Round.id == Correction.round_id)
        .join(Unit, Unit.id == Round.organiser_id)
        .where(Correction.status == CorrectionStatus.ASKED, Unit.code.in_(codes))
        .options(joinedload(Correction.nomination), joinedload(Correction.asked_by))
    )
    return list(ctx.session.scalars(query.order_by(Correction.id)))


def find_judged_otherwise(ctx: Context, nomination: Nomination) -> Sequence[RuleFinding]:
    """Return what the rules say of a corrected record where they say otherwise of what was handed in.

    What was decided on the old answers stands until somebody decides anew.
    """
    if not nomination.corrected or nomination.eligibility is None or nomination.instance_id is None:
        return []
    instance = ctx.session.get_one(Instance, nomination.instance_id)
    given = record.handed_in(ctx, nomination)
    said = {(one.rule, one.result) for one in screening.find(ctx, nomination, instance, given).findings}
    was_met = {result for _rule, result in said} <= {Result.PASS}
    corrected = {**given, **nomination.corrected}
    now = screening.find(ctx, nomination, instance, corrected).findings
    # one table cites another rule for another age: that it is met as well is no other judgement
    return [
        one
        for one in now
        if (one.rule, one.result) not in said and not (was_met and one.result is Result.PASS)
    ]


def _keep(ctx: Context, nomination: Nomination, field: correctable.Field, value: str) -> str:
    if field.is_list:
        return correctable.read_words(field, value)
    return correctable.write(correctable.read(ctx, nomination, field, value))


def _value_of(ctx: Context, nomination: Nomination, correction: Correction, rows: Rows | None) -> Any:
    """Return what a field is to hold, held to the form again: other answers may have changed since."""
    field = correctable.find(ctx, nomination, correction.field)
    if field is None:
        raise Conflict("这一项现在不在申报表上，不能更正。")
    if field.is_list:
        if rows is None or field.key not in rows:
            raise Invalid("请把这一项在表单上改好，再予以更正。", fields={"rows": "请在表单上改好"})
        return correctable.hold(ctx, nomination, field, rows[field.key])
    return correctable.read(ctx, nomination, field, correction.value)


def _read_change(
    ctx: Context, nomination: Nomination, correction: Correction, rows: Rows | None
) -> dict[str, Any]:
    """Return the answers that a correction changes; of an identity number also what follows from it."""
    field = correction.field
    changed = {field: _value_of(ctx, nomination, correction, rows)}
    if field == "id_number":
        changed |= correctable.follow(subject.read_form(ctx, nomination), changed, field)
    return changed


def _make(
    ctx: Context, nomination: Nomination, instance: Instance, correction: Correction, changed: dict[str, Any]
) -> None:
    before = record.answers_of(ctx, nomination)
    after = {**before, **changed}
    programme = wiring.pack_of(ctx, nomination.round).programme
    claims.claim(ctx, nomination, columns.identify(nomination, programme, after))
    old, new = columns.read(programme, before), columns.read(programme, after)
    # an answer that is taken back leaves its column empty
    columns.fill(nomination, {key: new[key] or "" for key in new if new[key] != old.get(key)})
    nomination.corrected = {**(nomination.corrected or {}), **changed}
    nomination.revision += 1
    _rename(ctx, nomination, instance)
    history.record(ctx, instance, "record.corrected", field=correction.field, correction=correction.id)
    _tell_of_judgement(ctx, nomination, correction)


def _rename(ctx: Context, nomination: Nomination, instance: Instance) -> None:
    """Call everything by the nominee's name as it is now: the process, its open steps, and his title."""
    old, instance.title = instance.title, nominations.title_of(ctx, nomination)
    ctx.session.execute(
        update(UserTask)
        .where(
            UserTask.instance_id == instance.id,
            UserTask.status == TaskStatus.OPEN,
            UserTask.title == old,
        )
        .values(title=instance.title)
    )
    award = ctx.session.scalars(select(Award).where(Award.nomination_id == nomination.id)).first()
    if award is not None and award.name != nomination.name:
        before, award.name = award.name, nomination.name
        award.revision += 1
        history.record_in(
            ctx, f"award:{award.id}", "award.renamed", round_id=award.round_id, before=before,
            after=award.name,
        )  # fmt: skip


def _tell_of_judgement(ctx: Context, nomination: Nomination, correction: Correction) -> None:
    ctx.session.flush()
    rules = "、".join(finding.rule for finding in find_judged_otherwise(ctx, nomination))
    if rules:
        what = f"更正后申报条件的判定与原来不同（{rules}），请在“个人信息”页核对。"
        telling.tell_organisers(ctx, nomination, what, f"correction-judged:{correction.id}")


def _note(ctx: Context, correction: Correction, kind: str) -> None:
    history.record_in(
        ctx, "privacy", kind, round_id=correction.round_id, nomination=correction.nomination_id,
        field=correction.field,
    )  # fmt: skip
