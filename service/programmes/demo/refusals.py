"""What a refused made-up answer says: at which step, in which field, and where to write a better one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from service.errors import Invalid
from service.models import UserTask


@contextmanager
def naming_the_step(task: UserTask) -> Iterator[None]:
    """Tell a refusal of made-up answers with its step, form and fields, not only that there is one.

    Raises Invalid with the same fields. A Conflict passes untouched: it is no fault of the answers.
    """
    try:
        yield
    except Invalid as refusal:
        said = [refusal.message, *(f"{key}：{sentence}" for key, sentence in refusal.fields.items())]
        if refusal.fields:
            said.append("可在 demo.toml 的 [answers] 写明这些项。")
        form = f"，表单 {task.form_id}" if task.form_id else ""
        where = f"停在“{task.name}”（{task.element_id}{form}）："
        raise Invalid(where + "\n  ".join(said), fields=refusal.fields) from refusal
