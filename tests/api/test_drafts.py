"""Drafts over HTTP: conditional writes, and masks that come back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from service.models import Draft
from service.workflow.context import Context
from tests.api.caller import Caller

Call = Callable[[str], Caller]
NUMBER, PHONE = "320400199501010015", "13812341234"


def begin(call: Call) -> tuple[Caller, str]:
    filler = call("tuanzhibu")
    return filler, f"/user-tasks/{filler.todo('fill_in_form')[0]['id']}/draft"


def put(caller: Caller, path: str, answers: dict[str, Any]) -> Any:
    tag = caller.get(path).headers["ETag"]
    return caller.put(path, {"answers": answers}, headers={"If-Match": tag})


def test_draft_needs_if_match(call: Call) -> None:
    filler, path = begin(call)

    assert filler.put(path, {"answers": {"name": "王测试"}}).status_code == 428


def test_draft_refuses_a_stale_tag(call: Call) -> None:
    filler, path = begin(call)
    stale = filler.get(path).headers["ETag"]
    put(filler, path, {"name": "王测试"})

    refused = filler.put(path, {"answers": {"name": "李测试"}}, headers={"If-Match": stale})

    assert refused.status_code == 412
    assert filler.get(path).get_json() == {"answers": {"name": "王测试"}}


def test_draft_masks_what_is_sensitive(call: Call) -> None:
    filler, path = begin(call)

    shown = put(filler, path, {"id_number": NUMBER, "phone": PHONE}).get_json()

    assert shown == {"answers": {"id_number": "320400********0015", "phone": "138****1234"}}


def test_draft_takes_its_masks_back_for_what_was_kept(call: Call, ctx: Context) -> None:
    filler, path = begin(call)
    masked = put(filler, path, {"id_number": NUMBER, "phone": PHONE}).get_json()["answers"]

    put(filler, path, {**masked, "name": "王测试"})

    kept = ctx.session.get_one(Draft, int(path.split("/")[2]))
    assert kept.answers == {"id_number": NUMBER, "phone": PHONE, "name": "王测试"}


def test_draft_unchanged_is_not_sent_again(call: Call) -> None:
    filler, path = begin(call)
    tag = filler.get(path).headers["ETag"]

    assert filler.get(path, headers={"If-None-Match": tag}).status_code == 304
