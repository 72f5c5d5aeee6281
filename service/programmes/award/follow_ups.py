"""The ledger of what follows upon a title (培育台账): writing, striking out, and who may."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Select, select

from service.documents.uploads import AttachmentInfo, check_attachment
from service.errors import Conflict, Forbidden, Invalid, NotFound
from service.models import Award, AwardStatus, FollowUp, Instance, Unit, UserTask
from service.programmes import wiring
from service.programmes.award import awards
from service.programmes.nomination import nominations
from service.programmes.pack.follow_up import Track
from service.programmes.privacy import consents
from service.programmes.round import rounds
from service.workflow.context import Context

MAX_TEXT, MAX_RESULT, MAX_ITEM = 2000, 200, 80
HOLDER = "nominee"  #: the role under which a track lets the holder himself write


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What somebody wants written into the ledger."""

    track: str
    item: str
    day: date
    text: str
    result: str = ""
    ended_on: date | None = None
    evidence: AttachmentInfo | None = field(default=None, repr=False)  #: as ``check_evidence`` returned it


def tracks_of(ctx: Context, award: Award) -> Mapping[str, Track]:
    """Return the tracks of a title's programme by key."""
    return wiring.get_pack(ctx, award.programme).programme.tracks


def may_write(ctx: Context, award: Award, track: Track) -> bool:
    """Say whether the actor writes a track for a title: by a role at its organiser, unit or one above."""
    actor = ctx.actor
    if actor.is_system:
        return True
    if "organiser" in track.writers and awards.is_organiser(ctx, award):
        return True
    if HOLDER in track.writers and actor.user_id is not None and actor.user_id == award.holder_id:
        return True
    at_units = [role for role in track.writers if role not in ("organiser", HOLDER)]
    return any(
        nominations.acts_at_or_above(actor, unit, at_units) for unit in (award.unit, award.recommender)
    )


def may_read(ctx: Context, award: Award, track: Track) -> bool:
    """Say whether the actor, who sees the title, reads a track: a private one writers and organiser do."""
    if not track.private or ctx.actor.is_admin or awards.is_organiser(ctx, award):
        return True
    return may_write(ctx, award, track)


def list_page(ctx: Context, award: Award, *, limit: int, at: int | None = None) -> Sequence[FollowUp]:
    """Return what the actor may read of a title's ledger, the newest first, with what was struck out.

    It begins with the entry ``at``, else with the newest.
    """
    query = _readable(ctx, award)
    first = ctx.session.scalar(query.where(FollowUp.id == at)) if at is not None else None
    if first is not None:  # one he may not read begins nothing: the page would tell its day
        same_day = (FollowUp.day == first.day) & (FollowUp.id <= first.id)
        query = query.where((FollowUp.day < first.day) | same_day)
    return ctx.session.scalars(query.order_by(FollowUp.day.desc(), FollowUp.id.desc()).limit(limit)).all()


def list_of_process(ctx: Context, award: Award, instance: Instance) -> Sequence[FollowUp]:
    """Return what a process of a title wrote into the ledger and the actor may read, the oldest first."""
    tasks = select(UserTask.id).where(UserTask.instance_id == instance.id)
    query = _readable(ctx, award).where(FollowUp.user_task_id.in_(tasks))
    return ctx.session.scalars(query.order_by(FollowUp.id)).all()


def list_readable(ctx: Context, award: Award, ids: Iterable[int]) -> set[int]:
    """Return which of some entries of a title's ledger the actor may read."""
    query = _readable(ctx, award).where(FollowUp.id.in_(list(ids)))
    return set(ctx.session.scalars(query.with_only_columns(FollowUp.id)))


def write(ctx: Context, award: Award, entry: Entry, *, task_id: int | None = None) -> FollowUp:
    """Write an entry. Raises Invalid with a sentence for each field that is missing or wrong.

    A task's form writes as whoever has the task, whether the track names his role or not, and about
    what its diagram says.
    """
    track = tracks_of(ctx, award).get(entry.track)
    if track is None:
        raise Invalid("没有这个台账。", fields={"track": "请从列表中选择"})
    if task_id is None and not may_write(ctx, award, track):
        raise Forbidden(f"您不能填写“{track.name}”台账。")
    awards.lock(ctx, award)  # who writes while it is annulled is told
    if award.status == AwardStatus.ANNULLED:
        raise Conflict("这个称号已经撤销，不再记入培育台账。")
    _check(ctx, award, track, entry, by_task=task_id is not None)
    _require_willing(ctx, award, track, entry)
    file = entry.evidence
    unit = ctx.session.get(Unit, ctx.actor.unit_id) if ctx.actor.unit_id else award.organiser
    written = FollowUp(
        round_id=award.round_id,
        award_id=award.id,
        track=track.key,
        item=entry.item.strip(),
        day=entry.day,
        ended_on=entry.ended_on,
        text=entry.text.strip(),
        result=entry.result.strip(),
        filename=file.name if file else "",
        content_type=file.content_type if file else "",
        size=len(file.data) if file else 0,
        sha256=wiring.storage_of(ctx).write(file.data, ctx.now) if file else "",
        user_task_id=task_id,
        written_by_id=ctx.actor.user_id,
        written_by=ctx.actor.name,
        unit_name=unit.name if unit else "",
        written_at=ctx.now,
    )
    ctx.session.add(written)
    ctx.session.flush()
    awards.note(ctx, award, "follow_up.written", entry=written.id, track=track.key, item=written.item)
    return written


def check_evidence(name: str, data: bytes) -> AttachmentInfo:
    """Check a file; Invalid at ``evidence``. Slow: call it in no transaction that writes."""
    try:
        return check_attachment(data, name)
    except Invalid as wrong:
        raise Invalid(wrong.message, fields={"evidence": wrong.message}) from wrong


def end(ctx: Context, entry: FollowUp, last: date) -> None:
    """Note the last day of what an entry began: a pool left, a post given up."""
    award = entry.award
    track = _writable(ctx, entry)
    if entry.ended_on is not None:
        raise Conflict(f"这条“{track.name}”已于 {entry.ended_on} 结束。")
    if last < entry.day:
        raise Invalid("结束日期不能早于开始日期。", fields={"ended_on": f"不能早于 {entry.day}"})
    entry.ended_on = last
    awards.note(ctx, award, "follow_up.ended", entry=entry.id, last=last.isoformat())


def strike(ctx: Context, entry: FollowUp, reason: str) -> None:
    """Strike an entry out that was a mistake: it stays, with the reason, and counts no more."""
    _writable(ctx, entry)
    rounds.check_reason(reason, "请填写作废的原因。")
    entry.struck_at, entry.struck_by, entry.struck_reason = ctx.now, ctx.actor.name, reason.strip()
    awards.note(ctx, entry.award, "follow_up.struck", entry=entry.id, reason=reason.strip())


def get(ctx: Context, entry_id: int) -> FollowUp:
    """Return an entry the actor may read; any other does not exist for him."""
    entry = ctx.session.get(FollowUp, entry_id)
    if entry is not None:
        award = ctx.session.get_one(Award, entry.award_id, options=awards.WITH_UNITS)
        track = tracks_of(ctx, award).get(entry.track)
        if track is not None and awards.may_see(ctx, award) and may_read(ctx, award, track):
            return entry
    raise NotFound("没有这条台账记录，或您无权查看。")


def read_evidence(ctx: Context, entry: FollowUp) -> bytes:
    """Return the file of an entry."""
    if not entry.sha256:
        raise NotFound("这条台账记录没有附件。")
    return wiring.storage_of(ctx).read(entry.sha256)


def rungs_of(ctx: Context, award: Award) -> Mapping[str, str]:
    """Return the highest rung that was won of each ladder of honours the actor reads; empty for none."""
    ladders = {key: one for key, one in tracks_of(ctx, award).items() if one.kind == "honour"}
    query = _readable(ctx, award).where(FollowUp.track.in_(ladders), FollowUp.struck_at.is_(None))
    kept = query.with_only_columns(FollowUp.track, FollowUp.item, FollowUp.result).distinct()
    won = {(key, item) for key, item, result in ctx.session.execute(kept) if result == ladders[key].won}
    return {
        key: next((item for item in reversed(one.items) if (key, item) in won), "")
        for key, one in ladders.items()
    }


def _readable(ctx: Context, award: Award) -> Select[FollowUp]:
    readable = [key for key, track in tracks_of(ctx, award).items() if may_read(ctx, award, track)]
    return select(FollowUp).where(FollowUp.award_id == award.id, FollowUp.track.in_(readable))


def _writable(ctx: Context, entry: FollowUp) -> Track:
    track = tracks_of(ctx, entry.award)[entry.track]
    if not may_write(ctx, entry.award, track):
        raise Forbidden(f"您不能修改“{track.name}”台账。")
    ctx.session.refresh(entry, ["ended_on", "struck_at"], with_for_update=True)  # of two the second is told
    if entry.struck_at is not None:
        raise Conflict("这条记录已经作废。")
    return track


def _require_willing(ctx: Context, award: Award, track: Track, entry: Entry) -> None:
    """Refuse to put somebody forward higher up (推报) who was asked on his form and does not agree."""
    if track.kind != "honour" or not track.results or entry.result != track.results[0]:
        return
    if consents.lacks_forwarding(ctx, award.nomination):
        raise Conflict(
            f"{award.name}没有同意向上推报（或已撤回），不能推报："
            "本人同意的，先在申报的“个人信息”页登记同意。"
        )


def _check(ctx: Context, award: Award, track: Track, entry: Entry, *, by_task: bool) -> None:
    fields = {}
    if track.items and entry.item not in track.items and not by_task:
        fields["item"] = "请从列表中选择"
    elif not entry.item.strip() or len(entry.item.strip()) > MAX_ITEM:
        fields["item"] = f"必填，最多 {MAX_ITEM} 个字"
    if track.results and entry.result and entry.result not in track.results:
        fields["result"] = "请从列表中选择"
    elif len(entry.result) > MAX_RESULT:
        fields["result"] = f"最多 {MAX_RESULT} 个字"
    if track.kind == "honour" and not entry.result:
        fields["result"] = "请选择推报的结果"
    if not entry.text.strip() or len(entry.text.strip()) > MAX_TEXT:
        fields["text"] = f"必填，最多 {MAX_TEXT} 个字"
    today = ctx.now.astimezone(wiring.get_pack(ctx, award.programme).programme.zone).date()
    if entry.day > today:
        fields["day"] = "不能是以后的日期"
    if entry.ended_on is not None and entry.ended_on < entry.day:
        fields["ended_on"] = "不能早于开始日期"
    if fields:
        raise Invalid("台账还不能保存，请补齐。", fields=fields)
