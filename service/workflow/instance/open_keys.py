"""Which of an instance's open tasks, jobs and subscriptions have rows: kept in the instance's own row.

A step lists everything that is open; comparing it with this costs no query, and it changes in the same
transaction as the rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from service.engine.records import Step
from service.models import Instance


@dataclass(frozen=True, kw_only=True)
class OpenKeys:
    """The engine's keys of what is open, by the table that has their rows."""

    tasks: frozenset[str] = frozenset()
    jobs: frozenset[str] = frozenset()  #: timers and remote topics; deliveries are not open things
    subscriptions: frozenset[str] = frozenset()


def of_step(step: Step) -> OpenKeys:
    """Return what a step wants to have rows."""
    return OpenKeys(
        tasks=frozenset(step.user_tasks.keys),
        jobs=frozenset(step.timers.keys) | frozenset(step.service_tasks.keys),
        subscriptions=frozenset(step.subscriptions.keys),
    )


def read(instance: Instance) -> OpenKeys:
    """Return what has rows now."""
    if not instance.open_keys:
        return OpenKeys()
    tasks, jobs, subscriptions = (_split(part) for part in instance.open_keys.split("|"))
    return OpenKeys(tasks=tasks, jobs=jobs, subscriptions=subscriptions)


def write(instance: Instance, keys: OpenKeys) -> None:
    """Note what has rows now."""
    parts = (keys.tasks, keys.jobs, keys.subscriptions)
    instance.open_keys = "|".join(",".join(sorted(part)) for part in parts)


def forget_job(instance: Instance, key: str) -> None:
    """Note that a job's row is gone: a timer that arms again under its key gets a new one."""
    keys = read(instance)
    write(instance, replace(keys, jobs=keys.jobs - {key}))


def forget_task(instance: Instance, key: str) -> None:
    """Note that a task's row is closed."""
    keys = read(instance)
    write(instance, replace(keys, tasks=keys.tasks - {key}))


def _split(text: str) -> frozenset[str]:
    return frozenset(text.split(",")) if text else frozenset()
