"""Whose account it is: the keyed hash of a holder's identity number, so that nobody approves himself (X14).

The number itself is not kept. The hash takes duties away and alone gives no right: whoever registers
somebody else's number may read nothing by it, and loses the approval of that person's nomination.
"""

from __future__ import annotations

from sqlalchemy import and_, or_, select

from service.errors import Conflict, Invalid
from service.models import Instance, Nomination, TaskStatus, User, UserTask
from service.models.crypto import keyring
from service.programmes.nomination import nominations
from service.programmes.rule import identity_number
from service.workflow import history, memory
from service.workflow.context import Actor, Context
from service.workflow.definition import deployments
from service.workflow.instance import execution, incidents, offers

SELF = "本人不能对自己的申报签署意见，请由本单位管理员转办他人。"
NAMESAKE = (
    "申报人与您同名、同单位，系统看不出是不是您本人。请先在“账号与密码”页登记本人身份证号（只存校验值），"
    "或请本单位管理员转办他人。"
)


def register(ctx: Context, user: User, number: str) -> int:
    """Keep the hash of an account's own identity number; returns how many approvals passed to others by it.

    Once only: an administrator clears a wrong one. Open tasks of a nomination of the same person are offered
    anew, as if he had no part in them. Raises Invalid at ``id_number``.
    """
    ctx.session.refresh(user, ["id_number_index"], with_for_update={"key_share": True})
    if user.id_number_index is not None:
        raise Conflict("身份证号已经登记过；登记错了，请系统管理员清除后再登记。")
    if not number.strip():
        raise Invalid("没有登记。", fields={"id_number": "必填"})
    try:
        parsed = identity_number.parse(number)
    except Invalid as wrong:
        raise Invalid(wrong.message, fields={"id_number": wrong.message}) from wrong
    user.id_number_index = keyring().index(parsed.number)
    history.record_in(ctx, "system", "identity.registered", user=user.login)
    ctx.session.flush()
    memory.of(ctx.session).pop("held_groups", None)
    standing = select(Nomination.instance_id).where(
        Nomination.id_number_index == user.id_number_index, Nomination.status.in_(nominations.STANDING)
    )
    return sum(_pass_on(ctx, user, instance_id) for instance_id in ctx.session.scalars(standing).all())


def clear(ctx: Context, user: User) -> None:
    """Forget an account's hash, so that the right number can be registered; the log keeps it."""
    if user.id_number_index is None:
        raise Conflict("这个账号没有登记身份证号。")
    user.id_number_index = None
    history.record_in(ctx, "system", "identity.cleared", user=user.login)


def is_nominee(ctx: Context, nomination: Nomination) -> bool:
    """Say whether the actor, or whoever he stands in for, is the nominee: by account or identity number."""
    actor = ctx.actor
    if nomination.nominee_id is not None and nomination.nominee_id in (actor.user_id, actor.stands_in_for):
        return True
    known = nomination.id_number_index
    return known is not None and known in (actor.person, _principal_of(ctx, actor))


def is_nominee_himself(ctx: Context, nomination: Nomination) -> bool:
    """Say whether the actor is the nominee in person, so that what is held of him is his to see and decide.

    Stricter than ``is_nominee``: nobody who stands in for him is, and a number counts with his name only.
    """
    actor = ctx.actor
    if actor.user_id is not None and actor.user_id == nomination.nominee_id:
        return True
    known = nomination.id_number_index
    return known is not None and actor.person == known and actor.name == nomination.name


def find_account(ctx: Context, nomination: Nomination) -> User | None:
    """Return the nominee's own active account, known by the nomination or by his identity number."""
    is_his = User.id == nomination.nominee_id
    if nomination.id_number_index:
        is_his = or_(is_his, User.id_number_index == nomination.id_number_index)
    return ctx.session.scalar(select(User).where(and_(is_his, User.active)).order_by(User.id).limit(1))


def find_refusal(ctx: Context, nomination: Nomination) -> str | None:
    """Return why the actor may not give an opinion on a nomination, or None."""
    if is_nominee(ctx, nomination):
        return SELF
    actor = ctx.actor
    is_namesake = bool(nomination.name) and actor.name == nomination.name
    if is_namesake and actor.unit_id == nomination.unit_id and not actor.person:
        return None if nomination.nominee_id is not None else NAMESAKE
    return None


def _principal_of(ctx: Context, actor: Actor) -> str | None:
    if actor.stands_in_for is None:
        return None
    return ctx.session.get_one(User, actor.stands_in_for).id_number_index


def _pass_on(ctx: Context, user: User, instance_id: int | None) -> int:
    """Offer the opinions on somebody's own nomination that he has open to others; returns how many."""
    if instance_id is None:
        return 0
    instance = execution.lock(ctx, instance_id)
    query = select(UserTask).where(UserTask.instance_id == instance_id, UserTask.status == TaskStatus.OPEN)
    return sum(_offer_others(ctx, instance, user, task) for task in ctx.session.scalars(query))


def _offer_others(ctx: Context, instance: Instance, user: User, task: UserTask) -> bool:
    element = deployments.get_element(ctx, instance, task.element_id)
    if "opinion" not in element.properties:
        return False
    was_his = task.assignee_id == user.id
    if was_his:
        task.assignee_id = None
        task.revision += 1
    before = offers.list_groups(ctx, task)
    if not offers.offer_again(ctx, instance, task, element):
        message = f"“{task.name}”没有人可以办理：{user.name} 就是申报人。请在人员管理中指定后重试。"
        incidents.open_for_task(ctx, instance, task, kind="nobody-resolved", message=message)
    return was_his or offers.list_groups(ctx, task) != before
