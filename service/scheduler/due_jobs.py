"""The duty of doing due jobs: timers, signals, messages and remote topics.

A few that need nothing from outside are done in one transaction; where one of them fails, all are
rolled back and done again one by one, so that only the failing one is put off.
"""

from __future__ import annotations

import logging

from service.db import is_unavailable
from service.models import Instance, Job, JobKind
from service.scheduler.wiring import Done, Wiring
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.instance import execution
from service.workflow.job import jobs

#: jobs a call, so that the other duties get their turn during a flood
BATCH = 200
#: jobs a transaction: few enough that nobody waits long behind it
TOGETHER = 20

log = logging.getLogger(__name__)


def run_once(wiring: Wiring) -> Done:
    """Do a batch of due jobs. A job that fails is put off or becomes an incident; the others go on."""
    done = Done()
    with wiring.reading() as ctx:
        first = jobs.next_due(ctx)
        if first is None or first > ctx.now:
            return done
    more = True
    while more and done.total() < BATCH:
        labels, more = _do_some(wiring)
        done.update(labels)
    return done


def _do_some(wiring: Wiring) -> tuple[list[str], bool]:
    singly = 1
    try:
        labels, more = _do_together(wiring)
    except Exception as error:
        log.info("up to %s jobs are done again one by one: %s", TOGETHER, type(error).__name__)
        labels, more, singly = [], True, TOGETHER
    if labels or not more:
        return labels, more
    labels = [label for _ in range(singly) if (label := _do_next(wiring)) is not None]
    return labels, len(labels) == singly


def _do_together(wiring: Wiring) -> tuple[list[str], bool]:
    with wiring.transaction() as ctx:
        taken, more = jobs.take_together(ctx, TOGETHER)
        labels = []
        with execution.together(ctx):
            for job in taken:
                labels.append(_describe(ctx, job))
                jobs.do(ctx, job)
        return labels, more


def _do_next(wiring: Wiring) -> str | None:
    job_id = None
    try:
        with wiring.transaction() as ctx:
            job = jobs.take_due(ctx)
            if job is None:
                return None
            job_id = job.id
            label = _describe(ctx, job)
            handed = None
            if job.kind == JobKind.TOPIC:
                handed = jobs.hand_out(ctx, job)
            else:
                jobs.run(ctx, job)
        if handed:
            _do_remote(wiring, handed)
    except Exception as error:
        # without a job, or without a database, there is nothing to note the failure in
        if job_id is None or is_unavailable(error):
            raise
        return _note_failure(wiring, job_id, error)
    return label


def _do_remote(wiring: Wiring, handed: jobs.HandedOut) -> None:
    command = jobs.work(handed, wiring.remote)
    with wiring.transaction() as ctx:
        if not jobs.take_result(ctx, handed, command):
            log.warning("the lease of job %s ended before its result was there", handed.job_id)


def _note_failure(wiring: Wiring, job_id: int, error: Exception) -> str:
    log.warning("job %s failed: %s: %s", job_id, type(error).__name__, error)
    try:
        with wiring.transaction() as ctx:
            jobs.fail(ctx, job_id, error)
        if isinstance(error, execution.Faulted) and error.aftermath:
            with wiring.transaction() as ctx:
                error.aftermath(ctx)
    except Exception as worse:
        if is_unavailable(worse):
            raise
        log.exception("the failure of job %s could not be noted", job_id)
        with wiring.transaction() as ctx:
            jobs.put_off(ctx, job_id)
    return "后台作业失败，稍后重试或转为故障"


def _describe(ctx: Context, job: Job) -> str:
    instance = ctx.session.get_one(Instance, job.instance_id)
    try:
        name = deployments.get_element(ctx, instance, job.element_id).name or job.element_id
    except KeyError:
        name = job.element_id
    if job.kind == JobKind.TIMER:
        return f"定时“{name}”到点"
    if job.kind == JobKind.SIGNAL:
        return f"“{name}”收到信号"
    if job.kind == JobKind.MESSAGE:
        return f"“{name}”收到消息"
    return f"“{name}”由系统办理"
