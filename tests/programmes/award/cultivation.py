"""Living through what follows upon a title: letting years pass, and doing the task that waits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select

from service.clock import MovableClock
from service.models import Award, FollowUp, Instance, Notification, TaskStatus, User, UserTask
from service.programmes.award import awards
from service.programmes.pack.packs import Pack
from service.scheduler import due_jobs, reminders, starts
from service.scheduler.stepping import advance_clock, find_next_due
from service.scheduler.wiring import Wiring
from service.workflow import notifications
from service.workflow.context import Context
from service.workflow.person import actors
from service.workflow.task import user_tasks

ANSWERS: dict[str, dict[str, Any]] = {
    "file_plan": {"goals": "两年内取得高级技师。", "measures": "参加技能培训，带徒两名。"},
    "file_report": {"progress": "按方案完成培训。", "results": "无", "next_steps": ""},
    "extension_report": {"progress": "补上攻关课题。", "results": "无", "next_steps": ""},
    "confirm_report": {},
    "end_review": {"reason": "对照方案，评估如下。"},
}


@dataclass
class Cultivation:
    """One title and its process."""

    wiring: Wiring
    clock: MovableClock
    pack: Pack
    award_id: int

    def pass_until(self, moment: str) -> None:
        """Move the clock to a moment in China, doing all that is due on the way."""
        until = datetime.fromisoformat(moment).replace(tzinfo=self.pack.programme.zone)
        duties = [
            partial(duty, self.wiring)
            for duty in (due_jobs.run_once, starts.begin_by_events, reminders.run_once)
        ]
        advance_clock(self.clock, until, duties, self._next_due)

    def waits_for(self) -> list[tuple[str, str]]:
        """Return step and due date (in China) of the tasks of the title's process that are open."""
        with self.wiring.reading() as ctx:
            zone = self.pack.programme.zone
            return [
                (task.element_id, f"{task.due_date.astimezone(zone):%Y-%m-%d %H:%M}" if task.due_date else "")
                for task in self._open_tasks(ctx)
            ]

    def do(self, outcome: str, step: str = "", **answers: str) -> None:
        """Complete the open task, or that at a step, as one of those whose turn it is."""
        with self.wiring.transaction() as ctx:
            (task,) = [one for one in self._open_tasks(ctx) if step in ("", one.element_id)]
            user = notifications.list_responsible(ctx, task)[-1]
            acting = replace(ctx, actor=actors.actor_of(ctx, user))
            user_tasks.complete(acting, task.id, outcome, {**ANSWERS[task.element_id], **answers})

    def award(self) -> Award:
        """Return the title as it stands."""
        with self.wiring.reading() as ctx:
            return ctx.session.get_one(Award, self.award_id, options=awards.WITH_UNITS)

    def ledger(self) -> list[tuple[str, str]]:
        """Return track and item of what the ledger says, oldest first."""
        with self.wiring.reading() as ctx:
            rows = ctx.session.scalars(select(FollowUp).order_by(FollowUp.id))
            return [(row.track, row.item) for row in rows]

    def results(self) -> list[tuple[str, str, str]]:
        """Return item, text and result of what the ledger says, oldest first."""
        with self.wiring.reading() as ctx:
            rows = ctx.session.scalars(select(FollowUp).order_by(FollowUp.id))
            return [(row.item, row.text, row.result) for row in rows]

    def told(self) -> set[str]:
        """Return the log-ins of everybody who was reminded of something."""
        with self.wiring.reading() as ctx:
            query = select(User.login).join(Notification, Notification.user_id == User.id)
            return set(ctx.session.scalars(query))

    def instance(self) -> Instance:
        """Return the title's process."""
        with self.wiring.reading() as ctx:
            query = select(Instance).where(Instance.process_id == "cultivation")
            return ctx.session.scalars(query.order_by(Instance.id.desc())).first()  # type: ignore[return-value]

    def _open_tasks(self, ctx: Context) -> list[UserTask]:
        query = select(UserTask).join(Instance, Instance.id == UserTask.instance_id)
        query = query.where(Instance.process_id == "cultivation", UserTask.status == TaskStatus.OPEN)
        return list(ctx.session.scalars(query))

    def _next_due(self, after: datetime) -> datetime | None:
        with self.wiring.reading() as ctx:
            return find_next_due(ctx, after, with_timer_starts=False)
