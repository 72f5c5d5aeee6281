"""The small forms beside a task's own (转办、抄送、加签、退回): refused, they come back as they were sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask import g, render_template, request

from service.errors import ServiceError
from service.models import TaskStatus, User
from service.web.frame.errors import status_of
from service.web.frame.numbers import number
from service.web.task import task_view
from service.workflow.context import Context
from service.workflow.person import people
from service.workflow.task import task_access

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

COPY = "copy"  #: the one form that a closed task has as well


@dataclass(frozen=True, kw_only=True)
class SideForm:
    """Which of the forms is open, with what was written in it and why it was refused."""

    opened: str = ""
    refused: ServiceError | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    kept: Sequence[User] = ()  #: the colleagues who were chosen

    @property
    def errors(self) -> Mapping[str, str]:
        """What is wrong, by field."""
        return self.refused.fields if self.refused else {}


def show_refused(
    task_id: int, opened: str, refused: ServiceError, people_field: str = ""
) -> ResponseReturnValue:
    """Show the task's page again with the form that was refused; an error page once there is no such form."""
    ctx: Context = g.ctx
    ctx.session.rollback()
    task = task_access.get_visible(ctx, task_id)
    view = task_view.describe(ctx, task)
    may_copy = opened == COPY and (task.status == TaskStatus.OPEN or view.dossier.nomination is not None)
    if not (view.offered or may_copy) or task_view.find_own_page(ctx, task):
        raise refused
    chosen = request.form.getlist(people_field, type=number) if people_field else []
    side = SideForm(
        opened=opened,
        refused=refused,
        given=request.form.to_dict(),
        kept=people.find_colleagues(ctx, chosen),
    )
    return render_template("task.html", view=view, refused=None, side=side), status_of(refused)
