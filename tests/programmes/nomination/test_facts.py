"""What decision tables may ask about a nomination."""

from __future__ import annotations

from service.models import Nomination
from service.programmes.nomination import facts
from service.workflow.definition.decision_tables import read_tables
from tests.programmes.story import Story

COUNTING = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="m" namespace="n">
  <inputData id="files" name="files"><variable id="v" name="files"/></inputData>
</definitions>"""


def test_a_slot_without_a_file_counts_none(round_2024: Story) -> None:
    nominee = round_2024.nominate()

    with round_2024.wiring.reading() as ctx:
        nomination = ctx.session.get_one(Nomination, nominee)
        found = facts.read_facts(ctx, nomination, {}, read_tables({"counting.dmn": COUNTING}))

    assert found["files"] == {"portrait": 1, "work_photo": 2, "details": 0, "insurance": 0}
