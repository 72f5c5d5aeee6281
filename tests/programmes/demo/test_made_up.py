"""What made-up people hand in fits any programme's form, and a refusal says where it stopped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from service.errors import Conflict, Invalid
from service.models import UserTask
from service.programmes.demo import made_up
from service.programmes.demo.refusals import naming_the_step
from service.programmes.nomination import attachments
from service.programmes.pack.packs import Slot
from service.programmes.pack.programme_file import FILE_TYPES


def form_with(kind: str) -> Mapping[str, Any]:
    return {"components": [{"type": kind, "key": "honours", "validate": {"required": True}}]}


@pytest.mark.parametrize(("kind", "is_list"), [("dynamiclist", True), ("textarea", False)])
def test_a_list_is_answered_only_where_the_form_has_a_list(kind: str, is_list: bool) -> None:
    answers = made_up.answer(form_with(kind), {"honours": []})

    assert isinstance(answers["honours"], list) == is_list


@pytest.mark.parametrize("types", [(media_type,) for media_type in FILE_TYPES] + [FILE_TYPES])
def test_a_made_up_file_is_taken_by_a_slot_of_its_type(types: Sequence[str]) -> None:
    slot = Slot(key="plan", name="项目书", least=1, most=1, types=tuple(types), photo=None)
    suffix, data = made_up.file_for(types)

    checked = attachments.check(slot, f"项目书.{suffix}", data)

    assert checked.content_type in types


def test_a_refusal_names_the_step_its_form_and_the_fields() -> None:
    task = UserTask(name="所在单位公示", element_id="unit_notice", form_id="wuyi.unit-notice")

    with pytest.raises(Invalid) as refusal, naming_the_step(task):
        raise Invalid("表单有 1 处需要改正，请看各项的提示。", fields={"end": "公示5个工作日"})

    assert refusal.value.message.splitlines() == [
        "停在“所在单位公示”（unit_notice，表单 wuyi.unit-notice）：表单有 1 处需要改正，请看各项的提示。",
        "  end：公示5个工作日",
        "  可在 demo.toml 的 [answers] 写明这些项。",
    ]


def test_a_refusal_that_is_no_fault_of_the_answers_passes() -> None:
    task = UserTask(name="推荐单位意见", element_id="recommender_opinion", form_id=None)

    with pytest.raises(Conflict, match="名额已满"), naming_the_step(task):
        raise Conflict("名额已满")
