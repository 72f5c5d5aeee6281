"""Corrections (更正, 个人信息保护法 §46): what a nominee asks to have put right later."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from service.errors import Conflict, Forbidden, Invalid, NotFound
from service.models import Correction, CorrectionStatus, Instance, Nomination, Round, Unit
from service.programmes.form import schemas
from service.programmes.nomination import claims, identities, nominations, record
from service.programmes.privacy import consents, subject, telling
from service.programmes.rule import identity_number
from service.workflow import history
from service.workflow.context import Context
from service.workflow.instance import execution

#: fields that are also columns of the nomination
COLUMNS = ("name", "sex", "ethnicity", "education", "political_status", "workplace_and_post", "phone")
#: a tick cannot be corrected, nor the category a place was taken in
FIXED = frozenset({"category"})
LEAST_REASON = 2


def list_fields(ctx: Context, nomination: Nomination) -> Sequence[subject.Field]:
    """Return the fields of which a correction may be asked: those answered in words."""
    answers = record.answers_of(ctx, nomination)
    return [
        field
        for field in subject.list_fields(ctx, nomination)
        if field.key not in FIXED and isinstance(answers.get(field.key), str)
    ]


def ask(ctx: Context, nomination: Nomination, field: str, value: str, reason: str) -> Correction:
    """Ask for a correction, as the nominee or on his word; the new value must be one the form would take."""
    if ctx.actor.user_id is None or not consents.may_withdraw(ctx, nomination):
        raise Forbidden("只有申报人本人、所在单位或主办单位可以申请更正。")
    problems = {}
    if field not in {known.key for known in list_fields(ctx, nomination)}:
        problems["field"] = "请选择要更正的项目"
    if len(reason.strip()) < LEAST_REASON:
        problems["reason"] = "请写明更正的依据"
    if problems:
        raise Invalid("更正申请填写不完整。", fields=problems)
    correction = Correction(
        round_id=nomination.round_id,
        nomination_id=nomination.id,
        field=field,
        value=_read(ctx, nomination, field, value),
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


def decide(ctx: Context, correction_id: int, *, make: bool, answer: str) -> Correction:
    """Make a correction or refuse it, with a word to who asked; organisers only, never in one's own case."""
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
    correction.status = CorrectionStatus.MADE if make else CorrectionStatus.REFUSED
    correction.decided_by_id, correction.decided_at = ctx.actor.user_id, ctx.now
    correction.answer = answer.strip()[:500]
    if make:
        _make(ctx, nomination, instance, correction)
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


def _read(ctx: Context, nomination: Nomination, field: str, value: str) -> str:
    """Return a value as the form would keep it; Invalid with the form's own sentence where it would not."""
    changed = {**record.answers_of(ctx, nomination), field: value}
    variables = {
        "eligibility": nomination.eligibility,
        "category": nomination.category,
        "source": nomination.source,
    }
    try:
        clean = schemas.validate(subject.read_form(ctx, nomination), changed, variables)
    except Invalid as wrong:
        if field in wrong.fields:
            raise Invalid("更正后的内容不符合要求。", fields={"value": wrong.fields[field]}) from wrong
        clean = changed  # another field was let pass under an older form: not this one's fault
    return str(clean[field])


def _make(ctx: Context, nomination: Nomination, instance: Instance, correction: Correction) -> None:
    field, value = correction.field, correction.value
    if field == "id_number":
        number = identity_number.parse(value)
        claims.claim(ctx, nomination, number.number)
        nomination.id_number, nomination.birth_date = number.number, number.birth_date
    elif field in COLUMNS:
        setattr(nomination, field, value)
    nomination.corrected = {**(nomination.corrected or {}), field: value}
    nomination.revision += 1
    instance.title = nominations.title_of(ctx, nomination)
    history.record(ctx, instance, "record.corrected", field=field, correction=correction.id)


def _note(ctx: Context, correction: Correction, kind: str) -> None:
    history.record_in(
        ctx, "privacy", kind, round_id=correction.round_id, nomination=correction.nomination_id,
        field=correction.field,
    )  # fmt: skip
