"""Deciding on registrations (自荐登记): who sees which, what is known of somebody already, and the answer.

The organiser decides on every registration of his round. Whoever acts for a recommending unit decides on
those from workplaces below it; the workplace itself does not, so that nobody's own unit keeps him from
putting himself forward. It gives its opinion on the nomination like any other.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import joinedload

from service.errors import Conflict, Forbidden, Invalid, NotFound
from service.models import Registration, RegistrationStatus, Round, Stage, Unit
from service.programmes import wiring
from service.programmes.account import accounts
from service.programmes.nomination import nominations
from service.programmes.registration import links, registrations
from service.programmes.round import rounds, starts
from service.workflow.context import Context

MAX_REASON = 300
_WITH_UNITS = (
    joinedload(Registration.unit),
    joinedload(Registration.recommender),
    joinedload(Registration.round),
    joinedload(Registration.decided_by),
    joinedload(Registration.user),
)


def may_open(ctx: Context, entry: Round) -> bool:
    """Say whether the actor is shown registrations of a round."""
    return registrations.is_offered(ctx, entry) and _shown(ctx, entry) is not None


def get_round(ctx: Context, round_id: int) -> Round:
    """Return a round of which the actor is shown registrations; any other does not exist for him."""
    entry = rounds.get(ctx, round_id)
    if not may_open(ctx, entry):
        raise NotFound("这个届次没有自荐登记，或您无权查看。")
    return entry


def may_decide(ctx: Context, registration: Registration) -> bool:
    """Say whether the actor decides on a registration; an administrator only reads it."""
    if ctx.actor.is_system or nominations.is_organiser(ctx, registration.round):
        return True
    above = registration.recommender
    return above is not None and above.code in _recommending(ctx, registration.round)


def count_by_status(ctx: Context, entry: Round) -> dict[RegistrationStatus, int]:
    """Return how many registrations of a round the actor is shown, by what became of them."""
    shown = _shown(ctx, entry)
    if shown is None:
        return dict.fromkeys(RegistrationStatus, 0)
    query = select(Registration.status, func.count()).where(Registration.round_id == entry.id, shown)
    counts = dict.fromkeys(RegistrationStatus, 0)
    for status, count in ctx.session.execute(query.group_by(Registration.status)):
        counts[RegistrationStatus(status)] = count
    return counts


def list_waiting(ctx: Context) -> list[tuple[Round, int]]:
    """Return the rounds in which registrations wait for the actor to decide, and how many."""
    if not ctx.actor.groups:
        return []
    theirs = {}
    for entry in rounds.list_all(ctx):
        decided = _decided(ctx, entry) if registrations.is_offered(ctx, entry) else None
        if decided is not None:
            theirs[entry.id] = (entry, and_(Registration.round_id == entry.id, decided))
    if not theirs:
        return []
    query = (
        select(Registration.round_id, func.count())
        .where(Registration.status == RegistrationStatus.WAITING)
        .where(or_(*(condition for _entry, condition in theirs.values())))
        .group_by(Registration.round_id)
        .order_by(Registration.round_id.desc())
    )
    return [(theirs[round_id][0], count) for round_id, count in ctx.session.execute(query)]


def list_page(
    ctx: Context, entry: Round, status: RegistrationStatus, *, limit: int, offset: int
) -> Sequence[Registration]:
    """Return some registrations of a round: what waits in the order it came, the rest newest first."""
    shown = _shown(ctx, entry)
    if shown is None:
        return []
    query = select(Registration).where(Registration.round_id == entry.id, Registration.status == status)
    order = Registration.id if status == RegistrationStatus.WAITING else Registration.decided_at.desc()
    query = query.where(shown).options(*_WITH_UNITS).order_by(order, Registration.id)
    return list(ctx.session.scalars(query.limit(limit).offset(offset)))


def get(ctx: Context, entry: Round, registration_id: int) -> Registration:
    """Return a registration the actor is shown; any other does not exist for him."""
    shown = _shown(ctx, entry) if registrations.is_offered(ctx, entry) else None
    found = None
    if shown is not None:
        query = select(Registration).where(Registration.round_id == entry.id, shown)
        found = ctx.session.scalar(query.where(Registration.id == registration_id).options(*_WITH_UNITS))
    if found is None:
        raise NotFound("没有这份自荐登记，或您无权查看。")
    return found


def list_units(ctx: Context, entry: Round) -> Sequence[Unit]:
    """Return the units the actor may find a workplace to be: those of his branch, or the organiser all."""
    query = select(Unit).where(Unit.active).order_by(Unit.path)
    if not (ctx.actor.is_system or nominations.is_organiser(ctx, entry)):
        below = nominations.at_or_below(ctx.actor, _recommender_roles(ctx, entry))
        if below is None:
            return []
        query = query.where(below)
    is_recommended = starts.recommended(ctx, entry)
    return [unit for unit in ctx.session.scalars(query) if is_recommended(unit)]


def confirm(ctx: Context, registration: Registration, unit: Unit | None) -> None:
    """Make an account that may nominate itself at a unit, and the link with which its owner opens it."""
    entry = registration.round
    _lock_waiting(ctx, registration)
    if unit is None or unit.id not in {choice.id for choice in list_units(ctx, entry)}:
        raise Invalid(
            "请选择工作单位。", fields={"unit": "请从列表中选择单位；没有的，先请系统管理员添加这个单位"}
        )
    _require_time(ctx, entry, unit)
    address = registration.contact if "@" in registration.contact else ""
    user, _unused = accounts.create(
        ctx, login=f"zj{registration.number}", name=registration.name, unit=unit, email=address
    )
    for role in registrations.self_start(wiring.pack_of(ctx, entry).programme).roles:
        accounts.grant(ctx, user, role, unit)
    above = registrations.find_recommender(ctx, entry, unit)
    registration.unit, registration.recommender, registration.user = unit, above, user
    _decide(ctx, registration, RegistrationStatus.CONFIRMED)
    registrations.note(ctx, registration, "confirmed", user=user.login, unit=unit.code)
    links.issue(ctx, registration)


def refuse(ctx: Context, registration: Registration, reason: str) -> None:
    """Refuse a registration; its status page shows the reason."""
    _lock_waiting(ctx, registration)
    reason = reason.strip()
    if not 0 < len(reason) <= MAX_REASON:
        said = f"必填，最多 {MAX_REASON} 个字；登记人查询时看到这句话"
        raise Invalid("请写明不予确认的原因。", fields={"reason": said})
    registration.reason = reason
    _decide(ctx, registration, RegistrationStatus.REFUSED)
    registrations.note(ctx, registration, "refused")
    registrations.tell(
        ctx,
        registration,
        "refused",
        subject=f"您的个人自荐登记（{registration.number}）未予确认",
        text=f"原因：{reason}\n详情凭登记号和查询码查询：",
        path=registrations.STATUS_PATH,
    )


def renew_link(ctx: Context, registration: Registration) -> None:
    """Give somebody who did not use his link in time another; the old one is good no more."""
    hold(ctx, registration)
    if registration.status != RegistrationStatus.CONFIRMED:
        raise Conflict("这份登记还没有确认，没有链接可以重发。")
    links.issue(ctx, registration)
    registrations.note(ctx, registration, "link_renewed")


def hold(ctx: Context, registration: Registration) -> None:
    """Hold a registration, as it is now, that the actor decides on."""
    ctx.session.refresh(registration, with_for_update={"of": Registration})
    if registration.purged_at is not None:
        raise Conflict("保存期限已满，这份登记的内容已清除。")
    if not may_decide(ctx, registration):
        raise Forbidden("自荐登记由主办单位，或登记人工作单位的推荐单位确认。")


def _lock_waiting(ctx: Context, registration: Registration) -> None:
    """Hold a registration and see that nobody was faster."""
    hold(ctx, registration)
    if registration.status != RegistrationStatus.WAITING:
        who = registration.decided_by.name if registration.decided_by else "系统"
        what = "已确认" if registration.status == RegistrationStatus.CONFIRMED else "不予确认"
        raise Conflict(f"这份登记已由{who}办理（{what}），不必再办。请刷新页面查看结果。")


def _decide(ctx: Context, registration: Registration, status: RegistrationStatus) -> None:
    registration.status = status
    registration.decided_by_id = ctx.actor.user_id
    registration.decided_at = ctx.now


def _require_time(ctx: Context, entry: Round, unit: Unit) -> None:
    """Refuse an account with which nobody could begin a nomination any more."""
    if entry.stage == Stage.SUBMISSION:
        return
    if nominations.active_extension(ctx, entry, unit, Stage.SUBMISSION) is None:
        raise Conflict("申报已经截止，开通账号也不能再发起申报。请不予确认并说明原因，或先为该单位办理延期。")


def _shown(ctx: Context, entry: Round) -> ColumnElement[bool] | None:
    """Return the condition on Registration under which the actor is shown one of a round; None: none."""
    return true() if ctx.actor.is_admin else _decided(ctx, entry)


def _decided(ctx: Context, entry: Round) -> ColumnElement[bool] | None:
    """Return the condition on Registration under which the actor decides on one of a round; None: none."""
    if ctx.actor.is_system or nominations.is_organiser(ctx, entry):
        return true()
    codes = _recommending(ctx, entry)
    return Registration.recommender_id.in_(select(Unit.id).where(Unit.code.in_(codes))) if codes else None


def _recommending(ctx: Context, entry: Round) -> list[str]:
    """Return the codes of the units whose recommendations the actor gives."""
    return sorted(ctx.actor.codes_of(_recommender_roles(ctx, entry)))


def _recommender_roles(ctx: Context, entry: Round) -> list[str]:
    return registrations.list_recommender_roles(wiring.pack_of(ctx, entry).programme)
