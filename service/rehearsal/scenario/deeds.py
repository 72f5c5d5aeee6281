"""What people do to nominations and their tasks, one function a word of the vocabulary."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import or_, select

from service.models import NoticeKind, TaskStatus, User, UserTask
from service.programmes.demo import demonstration
from service.programmes.nomination import starting
from service.programmes.publication import local_notices, notices, objections
from service.programmes.review import seats, standings
from service.programmes.round import withdrawals
from service.rehearsal.scenario.answering import complete, convert
from service.rehearsal.scenario.library import Step
from service.rehearsal.scenario.scene import Scene, Unplayable
from service.workflow import notifications
from service.workflow.context import Context
from service.workflow.instance import execution
from service.workflow.task import returns, taking_back, user_tasks

MOST_STEPS = 40  #: tasks that one ``carry`` does before it is given up
OBJECTOR = {"name": "演示-反映人", "contact": "0000-0001234", "facts": "所填荣誉与实际获得的不符，请核查。"}


@contextmanager
def facing_faults(scene: Scene) -> Iterator[None]:
    """Open the incident of a process that cannot go on, as every entry point does, and raise on."""
    try:
        yield
    except execution.Faulted as faulted:
        if faulted.aftermath is not None:
            with scene.wiring.transaction() as ctx:
                faulted.aftermath(ctx)
        raise


def nominate(scene: Scene, step: Step) -> str:
    """Put somebody forward: by his unit, or by himself where the way in is one of his own."""
    said, called = step.said, step.said["nominate"]
    member = scene.member(called)
    starts = {text: start for start in scene.pack.programme.starts for text in (start.source, start.name)}
    start = starts.get(said["by"]) if "by" in said else scene.pack.programme.starts[0]
    if start is None:
        raise Unplayable(f"没有“{said['by']}”这种申报方式，有：{'、'.join(starts)}。")
    with scene.wiring.reading() as ctx:
        unit = scene.unit(ctx, said.get("unit", member.unit)).code
    category = scene.category(said["category"]) if "category" in said else member.category
    who = said.get("who") or f"{demonstration.starter_role(scene.pack)}@{unit}"
    with scene.acting(who) as ctx:
        nomination = starting.start(
            ctx,
            scene.entry(ctx),
            unit=scene.unit(ctx, unit),
            category=category,
            source="self" if start.source == "self" else "unit",
            name=member.person.name,
        )
        member.nomination_id, member.unit, member.category = nomination.id, unit, category
        return f"{ctx.actor.name}发起{start.name}：{called}（{nomination.unit.name}）"


def do_task(scene: Scene, step: Step) -> str:
    """Complete every open task of a name: about those named, or the round's own."""
    said, done = step.said, []
    subjects: list[str | None] = [*scene.nominated(said["of"])] if "of" in said else [None]
    for called in subjects:
        with scene.wiring.reading() as ctx:
            tasks = [task.id for task in _named(scene, ctx, called, said["complete"])]
            if "who" in said:
                mine = scene.user(ctx, said["who"]).id
                own = [t for t in tasks if mine in _may_do(ctx, t)]
                tasks = own or tasks
        for task_id in tasks:
            with scene.wiring.transaction() as ctx:
                task = ctx.session.get_one(UserTask, task_id)
                done.append(f"{complete(scene, ctx, task, said, called)}{f'（{called}）' if called else ''}")
    return f"{said['complete']}：{'，'.join(done)}"


def carry(scene: Scene, step: Step) -> str:
    """Let everybody give the first outcome until somebody waits at a step, or for nobody."""
    to, names = step.said.get("to"), scene.nominated(step.said["carry"])
    for called in names:
        for _ in range(MOST_STEPS):
            with scene.wiring.transaction() as ctx:
                tasks = scene.open_tasks(ctx, called)
                if not tasks or to in {text for task in tasks for text in (task.element_id, task.name)}:
                    break
                complete(scene, ctx, tasks[0], {}, called, smoothly=True)
        else:
            raise Unplayable(f"“{called}”办了 {MOST_STEPS} 步还没有到“{to}”。")
    return f"{'、'.join(names)}顺利办到{f'“{to}”' if to else '无人待办'}"


def send_back(scene: Scene, step: Step) -> str:
    """Send a task back to an earlier step (退回)."""
    said = step.said
    with scene.wiring.transaction() as ctx:
        task = _one(scene, ctx, said["of"], said["send_back"])
        acting = _holder(scene, ctx, task, step)
        earlier = dict(returns.list_earlier(acting, task))
        wanted = [key for key, name in earlier.items() if said["to"] in (key, name)]
        if not wanted:
            raise Unplayable(
                f"不能退回到“{said['to']}”，可以退回到：{'、'.join(earlier.values()) or '（没有）'}。"
            )
        returns.send_back(acting, task.id, wanted[0], said["reason"])
        return f"{acting.actor.name}把{said['of']}的“{said['send_back']}”退回到“{said['to']}”"


def take_back(scene: Scene, step: Step) -> str:
    """Take one's own completion back while the next has not acted (撤回)."""
    said = step.said
    with scene.wiring.transaction() as ctx:
        task = _last_done(scene, ctx, said["of"], said["take_back"])
        user = (
            scene.user(ctx, said["who"]) if "who" in said else notifications.list_responsible(ctx, task)[-1]
        )
        taking_back.take_back(scene.act_as(ctx, user), task.id)
        return f"{user.name}撤回“{said['take_back']}”（{said['of']}）"


def pass_on(scene: Scene, step: Step) -> str:
    """Pass a task on to somebody else, with a reason (转办)."""
    said = step.said
    with scene.wiring.transaction() as ctx:
        task = _one(scene, ctx, said.get("of"), said["pass_on"])
        acting, to = _holder(scene, ctx, task, step), scene.user(ctx, said["to"])
        user_tasks.transfer(acting, task.id, to.id, said["reason"])
        return f"{acting.actor.name}把“{said['pass_on']}”转办给{to.name}"


def withdraw(scene: Scene, step: Step) -> str:
    """Let a nominee, or whoever put him forward, withdraw (退出)."""
    called = step.said["withdraw"]
    with scene.wiring.transaction() as ctx:
        nomination = scene.nomination(ctx, called)
        who = step.said.get("who")
        own = nomination.nominee_id or nomination.created_by_id
        user = ctx.session.get_one(User, own) if own and not who else named_user(scene, ctx, step)
        withdrawals.withdraw(scene.act_as(ctx, user), nomination, step.said["reason"])
        return f"{user.name}办理退出：{called}"


def object_to(scene: Scene, step: Step) -> str:
    """Lodge an objection on the public page of the notice: the organiser's, or before it that of his unit."""
    said, called = step.said, step.said["object"]
    with scene.wiring.transaction() as ctx:
        nomination = scene.nomination(ctx, called)
        notice = notices.find_newest(ctx, scene.entry(ctx), NoticeKind.CANDIDATES)
        notice = notice or local_notices.find_newest(ctx, nomination)
        if notice is None:
            raise Unplayable("还没有公示。")
        form = scene.pack.forms[scene.pack.programme.forms[objections.FORM]]
        answers = OBJECTOR | convert(form, said["answers"])
        objections.lodge(ctx, notice, nomination.id, answers)
        return f"公众对{called}提出异议"


def recuse(scene: Scene, step: Step) -> str:
    """Let an expert step back from scoring somebody (申请回避)."""
    with scene.wiring.transaction() as ctx:
        user = named_user(scene, ctx, step)
        nomination = scene.nomination(ctx, step.said["recuse"])
        tasks = scene.open_tasks(ctx, step.said["recuse"])
        seat = seats.find(ctx, nomination, user.id)
        own = [task for task in tasks if user.id in _may_do(ctx, task.id)] if seat else []
        if not own:
            raise Unplayable(f"{user.name}没有{step.said['recuse']}的评审任务。")
        seats.recuse(scene.act_as(ctx, user), own[0].id, step.said["reason"])
        return f"{user.name}申请回避：{step.said['recuse']}"


def dismiss(scene: Scene, step: Step) -> str:
    """Let the organiser ask an expert to step back."""
    said = step.said
    with scene.acting(said.get("who") or scene.organiser()) as ctx:
        expert = scene.user(ctx, said["expert"])
        seats.dismiss(ctx, scene.nomination(ctx, said["dismiss"]).id, expert.id, said["reason"])
        return f"{ctx.actor.name}要求{expert.name}回避：{said['dismiss']}"


def amend(scene: Scene, step: Step) -> str:
    """Let the meeting whose turn it is put somebody on the proposed list, or take him off."""
    said = step.said
    with scene.wiring.transaction() as ctx:
        tasks = [task for task in scene.open_tasks(ctx, None) if standings.is_list_task(ctx, task)]
        if not tasks:
            raise Unplayable("现在没有可以调整名单的会议。")
        acting = _holder(scene, ctx, tasks[0], step)
        nomination = scene.nomination(ctx, said["amend"])
        standings.amend(
            acting, tasks[0].id, nomination.id, proposed=said["on_list"], reason=said["reason"]
        )  # fmt: skip
        return f"{acting.actor.name}将{said['amend']}{'调入' if said['on_list'] else '调出'}名单"


def _named(scene: Scene, ctx: Context, called: str | None, name: str) -> list[UserTask]:
    tasks = scene.open_tasks(ctx, called)
    found = [task for task in tasks if name in (task.element_id, task.name)]
    if not found:
        waiting = "、".join(f"“{task.name}”" for task in tasks) or "没有任务"
        raise Unplayable(f"{called or '届次'}没有待办的“{name}”，现在待办的是：{waiting}。")
    return found


def _one(scene: Scene, ctx: Context, called: str | None, name: str) -> UserTask:
    return _named(scene, ctx, called, name)[0]


def _holder(scene: Scene, ctx: Context, task: UserTask, step: Step) -> Context:
    """Return the transaction with whoever the step names acting, or whoever's turn it is."""
    who = step.said.get("who")
    return scene.act_as(ctx, scene.user(ctx, who) if who else notifications.list_responsible(ctx, task)[-1])


def _may_do(ctx: Context, task_id: int) -> set[int]:
    task = ctx.session.get_one(UserTask, task_id)
    return {user.id for user in notifications.list_responsible(ctx, task)}


def _last_done(scene: Scene, ctx: Context, called: str, name: str) -> UserTask:
    query = select(UserTask).where(
        UserTask.instance_id == scene.nomination(ctx, called).instance_id,
        UserTask.status == TaskStatus.COMPLETED,
        or_(UserTask.element_id == name, UserTask.name == name),
    )
    found = ctx.session.scalars(query.order_by(UserTask.id.desc()).limit(1)).first()
    if found is None:
        raise Unplayable(f"{called}还没有办结过“{name}”。")
    return found


def named_user(scene: Scene, ctx: Context, step: Step) -> User:
    """Return whom a step names; it has to."""
    if "who" not in step.said:
        raise Unplayable("这一步要写明是谁（who）。")
    return scene.user(ctx, step.said["who"])


def author_of(scene: Scene, ctx: Context, step: Step, called: str) -> User:
    """Return whom a step names, or else who began the nomination."""
    nomination = scene.nomination(ctx, called)
    if "who" in step.said or nomination.created_by_id is None:
        return named_user(scene, ctx, step)
    return ctx.session.get_one(User, nomination.created_by_id)
