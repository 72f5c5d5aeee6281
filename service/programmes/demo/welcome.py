"""What a demonstration says when it starts: who may log in, what waits for whom, and what to try."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select

from service.models import Round, User, UserTask
from service.programmes.board import round_dates
from service.programmes.demo import demonstration
from service.programmes.demo.demo_file import read_demo
from service.programmes.pack.packs import Pack
from service.programmes.round import rounds
from service.workflow.context import Context
from service.workflow.person import actors
from service.workflow.task import tasklist


def describe(ctx: Context, pack: Pack) -> list[str]:
    """Return the lines of the welcome of a demonstration that was set up, in Chinese.

    Everything in them is the pack's or stands in the database: a demonstration that is taken up again
    says what waits in it now.
    """
    there = set(ctx.session.scalars(select(User.login)))
    # the pack may name accounts that came after this demonstration was set up
    log_ins = [entry for entry in demonstration.list_log_ins(pack) if entry.login in there]
    wide = max(len(entry.login) for entry in log_ins) + 2
    lines = [f"密码都是 {demonstration.PASSWORD}，可用的用户名："]
    lines += [f"  {entry.login:<{wide}}{entry.name}（{entry.unit}）" for entry in log_ins]
    waiting = [(entry.login, _what_waits(ctx, entry.login)) for entry in log_ins]
    lines += ["", "先试：用下面的用户名登录，在“待办”里打开一件办结，再换下一个人接着办。"]
    lines += [f"  {login:<{wide}}{what}" for login, what in waiting if what]
    return [*lines, "", _what_the_clock_does(ctx, pack), *_how_to_redraw(pack)]


def _what_waits(ctx: Context, login: str) -> str:
    """Return the steps that wait for somebody and how often, the earliest first; empty if none does."""
    user = ctx.session.scalars(select(User).where(User.login == login)).one()
    his = replace(ctx, actor=actors.actor_of(ctx, user))
    query = select(UserTask.name, func.count()).where(tasklist.is_todo(his))
    rows = ctx.session.execute(query.group_by(UserTask.name).order_by(func.min(UserTask.id)))
    return "、".join(f"“{name}”{number} 件" for name, number in rows)


def _what_the_clock_does(ctx: Context, pack: Pack) -> str:
    """Say how far to move the clock: to the next day on which a stage of the round closes."""
    shown = select(Round).where(Round.programme == pack.key, Round.demonstration)
    entry = ctx.session.scalars(shown.order_by(Round.id).limit(1)).one()
    days = [rounds.due_of(entry, stage) for stage in round_dates.movable_stages(entry)]
    coming = sorted(day for day in days if day and day > ctx.now)
    if not coming:
        return "用页面上方的演示时钟把时间往前拨，看到期的事自己发生。"
    # 24:00 of a day is stored as the first moment of the next
    last = (coming[0] - timedelta(seconds=1)).astimezone(pack.programme.zone)
    return f"用页面上方的演示时钟拨到 {last.month}月{last.day}日，看催办发出、到期的环节自己截止。"


def _how_to_redraw(pack: Pack) -> list[str]:
    admins = [account.login for account in read_demo(pack.demo).accounts if account.role == "admin"]
    return [f"以 {login} 登录，在“流程图”里改画一版再发布，下一份申报就走新的路。" for login in admins[:1]]
