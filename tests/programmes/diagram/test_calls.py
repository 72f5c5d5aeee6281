"""Which call activities lead into a process of a diagram, as far as another reaches it."""

from __future__ import annotations

from service.programmes.diagram.calls import read_calls
from tests.packs.judging import the_pack


def test_one_notice_is_called_by_the_organiser_and_by_those_below() -> None:
    calls = read_calls(the_pack("longcheng-craftsmen").diagram)

    assert calls.list_calls("round", "notice") == ["hold_notice"]
    assert calls.list_calls("nomination", "notice") == ["hold_local"]
    assert calls.list_calls("nomination", "local_notice") == ["unit_notice", "recommender_notice"]
    assert calls.process_of["notice_window"] == "notice"
    assert calls.list_calls("objection", "notice") == []
