"""Which call activities lead into a process of a diagram, as far as another reaches it."""

from __future__ import annotations

from pathlib import Path

from service.workflow.definition.calls import read_calls

DIAGRAM = Path(__file__).parents[2] / "processes/longcheng-craftsmen/longcheng-craftsmen.bpmn"


def test_a_process_that_several_call_is_reached_by_each_by_its_own_calls() -> None:
    calls = read_calls(DIAGRAM.read_bytes())

    assert calls.list_calls("round", "notice") == ["hold_notice"]
    assert calls.list_calls("nomination", "notice") == ["hold_local"]
    assert calls.list_calls("nomination", "local_notice") == ["unit_notice", "recommender_notice"]
    assert calls.list_calls("objection", "notice") == []
    assert calls.process_of["notice_window"] == "notice"
