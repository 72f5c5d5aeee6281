"""The four-completion approval inside the service: publishing, starting and counting statements."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, select

from service.models import Deployment, TaskStatus, UserTask
from service.scheduler.wiring import Wiring
from service.workflow.definition import deployments
from service.workflow.instance import execution

PACK = Path(__file__).with_name("pack")
FORM = json.loads((PACK / "review.form").read_text("utf-8"))
DIAGRAM = (PACK / "approval.bpmn").read_bytes()
ANSWERS: dict[str, str | int] = {"nominee": "Made-up Name", "justification": "x" * 400, "score": 87}
COMPLETION = {"outcome": "accept", "answers": ANSWERS}

_numbers = count(1)


def publish(wiring: Wiring) -> int:
    """Publish the approval and return its deployment's id."""
    with wiring.transaction() as ctx:
        return deployments.publish(ctx, "bench", DIAGRAM, {FORM["id"]: FORM}).id


def start(wiring: Wiring, deployment_id: int, process: str = "approval", **variables: Any) -> int:
    """Start an instance and return its id."""
    with wiring.transaction() as ctx:
        deployment = ctx.session.get_one(Deployment, deployment_id)
        key = f"bench:{next(_numbers)}"
        return execution.start(
            ctx, deployment, process, business_key=key, title=key, round_id=None, variables=variables
        ).id


def open_tasks(wiring: Wiring, instance_id: int) -> list[int]:
    """Return the ids of an instance's open tasks."""
    with wiring.reading() as ctx:
        query = select(UserTask.id).where(
            UserTask.instance_id == instance_id, UserTask.status == TaskStatus.OPEN
        )
        return list(ctx.session.scalars(query.order_by(UserTask.id)))


@contextmanager
def counted(engine: Engine) -> Iterator[Counter[str]]:
    """Count statements and commits."""
    seen: Counter[str] = Counter()

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen["statements"] += not statement.startswith("BEGIN")

    def note_commit(_connection: object) -> None:
        seen["commits"] += 1

    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "commit", note_commit)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
        event.remove(engine, "commit", note_commit)
