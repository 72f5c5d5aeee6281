"""Files handed in with a task (选培方案, 证明材料): what its step asks for, who hands in, reads, removes.

The diagram's property ``files`` names slots of ``[task_files]`` in programme.toml. Files of a nomination
are its attachments; these belong to steps of a round, and to statements on an objection. Until the task is
done they are read by those who do it alone: what may still be taken out is not handed in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select

from service.engine.records import Element
from service.errors import Conflict, Invalid, NotFound
from service.models import Round, TaskFile, TaskStatus, UserTask
from service.programmes import submitted, wiring
from service.programmes.nomination.attachments import Checked
from service.programmes.pack.packs import Slot
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.task import task_access

PROPERTY = "files"
_NOT_THERE = "没有这个文件，或您无权查看。"


def names_of(element: Element) -> tuple[str, ...]:
    """Return the keys of the slots a step asks for, in its order."""
    return tuple(key.strip() for key in element.properties.get(PROPERTY, "").split(",") if key.strip())


def slots_of(ctx: Context, task: UserTask) -> Mapping[str, Slot]:
    """Return the slots of a task by key; empty for one that takes no files."""
    names = names_of(deployments.get_element(ctx, task.instance, task.element_id))
    if not names or task.round_id is None:
        return {}
    known = wiring.pack_of(ctx, ctx.session.get_one(Round, task.round_id)).programme.task_slots
    return {key: known[key] for key in names if key in known}


def find_slot(ctx: Context, task_id: int, key: str) -> Slot:
    """Return a slot that the actor may fill now, without holding anything: what is to be checked against."""
    task = task_access.get_visible(ctx, task_id)
    if task.status != TaskStatus.OPEN:
        raise task_access.AlreadyDone(task_access.say_done(ctx, task))
    task_access.require_offered(ctx, task)
    return _slot(ctx, task, key)


def keep(ctx: Context, task_id: int, key: str, checked: Checked) -> TaskFile:
    """Keep a checked file in a slot of a task that is the actor's to do, if there is room."""
    task = task_access.lock_offered(ctx, task_id)  # two files at once must not both find room
    slot = _slot(ctx, task, key)
    there = select(func.count()).where(TaskFile.user_task_id == task.id, TaskFile.slot == key)
    if (ctx.session.scalar(there) or 0) >= slot.most:
        raise Conflict(f"“{slot.name}”最多 {slot.most} 个，请先删除再上传。")
    assert task.round_id is not None
    kept = TaskFile(
        round_id=task.round_id,
        user_task_id=task.id,
        slot=key,
        filename=checked.filename,
        content_type=checked.content_type,
        size=checked.size,
        sha256=wiring.storage_of(ctx).write(checked.data, ctx.now),
        uploaded_by_id=ctx.actor.user_id,
        uploaded_at=ctx.now,
    )
    ctx.session.add(kept)
    task.revision += 1
    ctx.session.flush()
    return kept


def remove(ctx: Context, file: TaskFile) -> None:
    """Take a file out of a task that is still open to the actor."""
    task = task_access.lock_offered(ctx, file.user_task_id)
    ctx.session.delete(file)
    task.revision += 1


def list_of(ctx: Context, task: UserTask) -> Sequence[TaskFile]:
    """Return a task's files in the order they were handed in, if the actor may open them.

    The caller has made sure that he may read the task.
    """
    return _list_all(ctx, task) if _may_open(ctx, task) else []


def _list_all(ctx: Context, task: UserTask) -> Sequence[TaskFile]:
    query = select(TaskFile).where(TaskFile.user_task_id == task.id).order_by(TaskFile.id)
    return list(ctx.session.scalars(query))


def get_row(ctx: Context, file_id: int) -> TaskFile:
    """Return what is known of a file, if the actor may read what was handed in at its task.

    Its bytes are not read: one whose bytes are lost can still be taken out.
    """
    file = ctx.session.get(TaskFile, file_id)
    if file is None:
        raise NotFound(_NOT_THERE)
    try:
        task = submitted.get_task(ctx, file.user_task_id)
    except NotFound as refused:
        raise NotFound(_NOT_THERE) from refused
    if not _may_open(ctx, task):
        raise NotFound(_NOT_THERE)
    return file


def get_visible(ctx: Context, file_id: int) -> tuple[TaskFile, bytes]:
    """Return a file and its bytes, if the actor may read what was handed in at its task."""
    file = get_row(ctx, file_id)
    return file, wiring.storage_of(ctx).read(file.sha256)


def require_complete(ctx: Context, task: UserTask) -> None:
    """Refuse to complete a task whose step asks for files that are not there, naming every slot."""
    slots = slots_of(ctx, task)
    if not slots:
        return
    there = [file.slot for file in _list_all(ctx, task)]
    fields = {
        f"attachment:{key}": f"需要 {slot.least} 个，已上传 {there.count(key)} 个"
        for key, slot in slots.items()
        if there.count(key) < slot.least
    }
    if fields:
        raise Invalid("还缺文件，请上传后再提交。", fields=fields)


def _may_open(ctx: Context, task: UserTask) -> bool:
    return task.status == TaskStatus.COMPLETED or task_access.is_offered(ctx, task)


def _slot(ctx: Context, task: UserTask, key: str) -> Slot:
    slot = slots_of(ctx, task).get(key)
    if slot is None:
        raise Invalid("这一步没有这个附件栏目。", fields={"slot": "请从页面上传"})
    return slot
