"""Sixteen people at a served installation, all after the same tasks, and after the last place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from sqlalchemy import select, update

from service.models import Quota, QuotaKind, TaskStatus, UserTask
from tests.at_once import at_once
from tests.reliability.audit import audit
from tests.reliability.installation import Installation, bring_to, hire, install
from tests.reliability.people_at_work import Caller, Reply
from tests.reliability.processes import free_port, processes, wait_until_served

UNIT = "liyang-qingfeng"
CLIENTS = 16
TASKS = 200


@contextmanager
def served(installation: Installation) -> Iterator[int]:
    """Serve an installation with as many threads as there are clients; gives the port."""
    port = free_port()
    settings = replace(installation.settings, port=port, web_threads=CLIENTS)
    with processes(settings, settings.data_dir, "serve"):
        wait_until_served(port)
        yield port


def test_sixteen_clients_complete_each_of_the_same_tasks_once(kind: str) -> None:
    with install(kind, size=TASKS, unit=UNIT) as installation:
        tasks = bring_to(installation, "workplace_league_opinion")
        tokens = hire(installation, CLIENTS, "league", UNIT)
        with served(installation) as port:
            seen = at_once([partial(_go_through, port, token, tasks, n) for n, token in enumerate(tokens)])

        done = Counter(task for replies in seen for task, reply in replies.items() if reply.is_done)
        refused = [reply for replies in seen for reply in replies.values() if not reply.is_done]
        assert done == Counter(tasks)
        assert Counter(reply.status for reply in refused) == {409: TASKS * (CLIENTS - 1)}
        assert {reply.body["code"] for reply in refused} <= {"already-claimed", "already-done"}
        assert all("已由 演示-league-" in reply.body["detail"] for reply in refused)
        assert audit(installation.wiring, dict.fromkeys(tasks, "approve")) == []


def test_x09_last_place_goes_to_one_of_sixteen(kind: str) -> None:
    with install(kind, size=CLIENTS, unit=UNIT) as installation:
        tasks = bring_to(installation, "recommender_opinion")
        tokens = hire(installation, CLIENTS, "recommender", "liyang")
        _leave_one_place(installation)
        with served(installation) as port:
            pairs = zip(tokens, tasks, strict=True)
            replies = at_once([partial(_recommend, port, token, task) for token, task in pairs])

        won = {task: "approve" for task, reply in zip(tasks, replies, strict=True) if reply.is_done}
        lost = [reply for reply in replies if not reply.is_done]
        assert len(won) == 1
        assert [reply.status for reply in lost] == [409] * (CLIENTS - 1)
        assert {reply.body["detail"] for reply in lost} == {
            "共青团溧阳市委在“生产管理类”的 1 个名额已用完，不能再推荐；可退回或改报其他类别。"
            "通知：“附件1 常州市‘产业振兴好青年’名额分配表”（N10）。"
        }
        assert _still_open(installation, tasks) == sorted(set(tasks) - set(won))
        assert audit(installation.wiring, won) == []


def _go_through(port: int, token: str, tasks: Sequence[int], number: int) -> dict[int, Reply]:
    """Claim and complete every task; everybody begins elsewhere and comes to every one of them."""
    caller, begin = Caller(port, token), number * len(tasks) // CLIENTS
    replies = {}
    for task in [*tasks[begin:], *tasks[:begin]]:
        reply = caller.post(f"/user-tasks/{task}/claim")
        if reply.is_done:
            body = {"outcome": "approve", "answers": {"text": "同意推荐"}}
            reply = caller.post(f"/user-tasks/{task}/complete", body)
        replies[task] = reply
    caller.close()
    return replies


def _recommend(port: int, token: str, task: int) -> Reply:
    caller = Caller(port, token)
    body = {"outcome": "approve", "answers": {"reason": "事迹突出", "exception_reason": "贡献突出"}}
    reply = caller.post(f"/user-tasks/{task}/complete", body)
    caller.close()
    return reply


def _leave_one_place(installation: Installation) -> None:
    with installation.wiring.transaction() as ctx:
        ctx.session.execute(update(Quota).where(Quota.kind == QuotaKind.NOMINATION).values(places=1))


def _still_open(installation: Installation, tasks: Sequence[int]) -> list[int]:
    with installation.wiring.reading() as ctx:
        query = select(UserTask.id).where(UserTask.id.in_(tasks), UserTask.status == TaskStatus.OPEN)
        return sorted(ctx.session.scalars(query))
