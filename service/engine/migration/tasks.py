"""Open user tasks at their new place: dates stay; who and what follow where the new diagram differs."""

from __future__ import annotations

from dataclasses import fields

from service.engine.instance import Instance
from service.engine.migration.examine import Examined
from service.engine.nodes.node import Node
from service.engine.nodes.user_tasks import Assignment, UserTask
from service.engine.openings import is_open_user_task
from service.engine.token import Token

WHO = ("assignee", "candidate_groups")


def renew(instance: Instance, examined: Examined, *, dates_stay: bool = True) -> frozenset[str]:
    """Take over who, form and urgency where the new diagram says otherwise; dates are not touched.

    Returns the keys of the tasks that others are to be asked to do.
    """
    reoffered = set()
    for token in list(instance.all_tokens()):
        old, new = examined.nodes.get(token.id), token.task_spec
        if old is None or not is_open_user_task(token) or not isinstance(new, UserTask):
            continue
        if not isinstance(old, UserTask):
            continue
        changed = _list_changes(old.assignment, new.assignment)
        _renew_mappings(token, old, new)
        _renew(token, new, changed)
        if not changed.isdisjoint(WHO):
            reoffered.add(token.id)
            examined.warn("who", old, "的办理人在新图里变了，按新图重新分派；已签收的仍归签收人")
        if "form_id" in changed:
            examined.warn("form", old, "换了表单，已暂存的内容保留")
        if dates_stay and changed & {"due_date", "follow_up_date"}:
            examined.warn("due-kept", old, "的期限在新图里变了", "要按新图计算，请选择重算期限")
    return frozenset(reoffered)


def _list_changes(old: Assignment, new: Assignment) -> set[str]:
    return {
        one.name
        for one in fields(Assignment)
        if getattr(getattr(old, one.name), "source", None) != getattr(getattr(new, one.name), "source", None)
    }


def _renew(token: Token, new: UserTask, changed: set[str]) -> None:
    written, task = new.assignment, dict(token.internal_data.get("task", {}))
    if not changed.isdisjoint(WHO):
        task["assignee"] = new._word(token, written.assignee)
        task["groups"] = list(new._words(token, written.candidate_groups))
    if "form_id" in changed:
        task["form"] = new._word(token, written.form_id)
    if "priority" in changed:
        task["priority"] = new._number(token, written.priority)
    kept = {name: value for name, value in task.items() if value not in (None, [])}
    token.internal_data.pop("task", None)
    if kept:
        token.internal_data["task"] = kept


def _renew_mappings(token: Token, old: Node, new: Node) -> None:
    """Take in anew what the element takes in, if the new diagram says so otherwise."""
    if _inputs_of(old) != _inputs_of(new) or bool(old.mappings) != bool(new.mappings):
        token.internal_data.pop("mapped", None)
        new.mappings.take_in(token)


def _inputs_of(node: Node) -> list[tuple[str, str]]:
    return [(text.source, name) for text, name in node.mappings.inputs]
