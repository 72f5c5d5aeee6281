"""The welcome says what stands in the demonstration, not what stood there at the beginning."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import delete

from service.models import Membership, User
from service.programmes.demo import demonstration, welcome
from service.programmes.round import rounds
from tests.programmes.story import Story


@pytest.fixture
def said(round_2024: Story) -> Story:
    """A demonstration set up beside the round, on the same units."""
    with round_2024.wiring.transaction() as ctx:
        ctx.session.execute(delete(Membership))
        ctx.session.execute(delete(User))
        entry = demonstration.set_up(ctx, round_2024.pack)
        return Story(
            wiring=round_2024.wiring, clock=round_2024.clock, pack=round_2024.pack, round_id=entry.id
        )


def test_it_names_what_waits_for_whom_and_the_day_to_move_to(said: Story) -> None:
    with said.wiring.reading() as ctx:
        lines = welcome.describe(ctx, said.pack)

    assert lines[lines.index("") + 2 :] == [
        "  tuanzhibu  “填写推荐表”3 件、“所在单位团组织意见”3 件",
        "  liyang     “推荐单位团组织意见”2 件",
        "  gongan     “公安协查”4 件",
        "  hangye     “行业部门征询”4 件",
        "",
        "用页面上方的演示时钟拨到 3月25日，看催办发出、到期的环节自己截止。",
        "以 admin 登录，在“流程图”里改画一版再发布，下一份申报就走新的路。",
    ]


def test_it_names_no_day_when_every_deadline_is_over(said: Story) -> None:
    said.clock.move(days=30)

    with said.wiring.reading() as ctx:
        assert rounds.due_of(rounds.get(ctx, said.round_id), "submission") < ctx.now
        lines = welcome.describe(ctx, said.pack)

    assert lines[-2] == "用页面上方的演示时钟把时间往前拨，看到期的事自己发生。"


def test_it_speaks_of_the_demonstration_when_another_round_was_opened_beside_it(said: Story) -> None:
    with said.wiring.transaction() as ctx:
        before = welcome.describe(ctx, said.pack)
        rounds.open_round(ctx, said.pack, label="第二期", demonstration=True)

        assert welcome.describe(ctx, said.pack) == before


def test_it_passes_over_accounts_that_the_pack_got_later(said: Story) -> None:
    later = {"login": "later", "name": "演示-后来的", "role": "league", "unit": "liyang-qingfeng"}
    demo = {**said.pack.demo, "accounts": [*said.pack.demo["accounts"], later]}

    with said.wiring.reading() as ctx:
        lines = welcome.describe(ctx, replace(said.pack, demo=demo))
        assert lines == welcome.describe(ctx, said.pack)
