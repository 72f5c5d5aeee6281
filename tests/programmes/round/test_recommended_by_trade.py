"""002-B: a department admitted during the round also recommends people of its trade, where it agrees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from sqlalchemy import select

from service.errors import Forbidden, Invalid, NotFound
from service.models import Candidate, HistoryEvent, Nomination, Unit, UserTask
from service.programmes.demo.demo_file import read_demo
from service.programmes.nomination import nominations, searches, starting
from service.programmes.pack.packs import Pack
from service.programmes.round import admissions, recommender_changes, starts
from service.workflow.context import Context
from service.workflow.task import user_tasks
from tests.programmes.publication.changed_pack import open_story
from tests.programmes.review.panel_story import ORGANISER, PROGRAMME, PanelStory

WORKPLACE, UNION, TRADE = "wujin-1", "wujin", "gxj"


@pytest.fixture
def story(database_url: str, packs: Mapping[str, Pack], tmp_path: Path) -> Iterator[PanelStory]:
    """The craftsmen's round, in which nobody was admitted yet."""
    with open_story(database_url, packs[PROGRAMME], tmp_path) as opened:
        yield PanelStory(wiring=opened.wiring, clock=opened.clock, pack=opened.pack, round_id=opened.round_id)


def admit(story: PanelStory) -> None:
    """Let the department ask, and the organiser admit it."""
    with story.acting("gongxin") as ctx:
        admissions.ask(ctx, story.entry(ctx), unit(ctx, TRADE), "我局联系的重点企业有合适人选。")
    with story.acting(ORGANISER) as ctx:
        query = select(UserTask.id).where(UserTask.element_id == "decide_admission")
        user_tasks.complete(ctx, ctx.session.scalars(query).one(), "agree", {})


def unit(ctx: Context, code: str) -> Unit:
    return ctx.session.scalars(select(Unit).where(Unit.code == code)).one()


def begin(story: PanelStory, wanted: str = "") -> int:
    with story.acting("jiceng") as ctx:
        return starting.start(
            ctx, story.entry(ctx), unit=unit(ctx, WORKPLACE), category="craftsman", source="unit",
            name="演示-行业人选", recommender=unit(ctx, wanted) if wanted else None,
        ).id  # fmt: skip


def nominate(story: PanelStory) -> int:
    """Put somebody forward whom the department is asked to recommend, and carry him to it."""
    nominee = begin(story, TRADE)
    story.hand_in(nominee, by="jiceng", category="craftsman", **read_demo(story.pack.demo).answers)
    story.carry(nominee, "recommender_opinion")
    return nominee


def change(story: PanelStory, login: str, nominee: int, wanted: str) -> None:
    with story.acting(login) as ctx:
        recommender_changes.change(ctx, ctx.session.get_one(Nomination, nominee), unit(ctx, wanted))


def test_a_workplace_chooses_its_union_or_a_department_admitted(story: PanelStory) -> None:
    with story.acting("jiceng") as ctx:
        before = starts.list_recommenders(ctx, story.entry(ctx), unit(ctx, WORKPLACE))
    with pytest.raises(Invalid, match="不能另选"):
        begin(story, TRADE)

    admit(story)

    with story.acting("jiceng") as ctx:
        after = starts.list_recommenders(ctx, story.entry(ctx), unit(ctx, WORKPLACE))
    assert (before, [choice.code for choice in after]) == ([], [UNION, TRADE])
    chosen, left = begin(story, TRADE), begin(story)
    assert (story.read(chosen).recommender.code, story.read(left).recommender.code) == (TRADE, UNION)
    with pytest.raises(Invalid, match="不能另选"):
        begin(story, "xinbei")


def test_the_department_reads_and_recommends_whom_it_was_asked_for(story: PanelStory) -> None:
    admit(story)
    nominee = nominate(story)

    with story.acting("gongxin") as ctx:
        assert offered(ctx, story.task_id(nominee, "recommender_opinion")) == [f"recommender@{TRADE}"]
        listed = searches.search(ctx, story.entry(ctx), searches.Filter(), limit=10)
        assert [row.id for row in listed] == [nominee]
    with story.acting("xinbei") as ctx, pytest.raises(NotFound):
        nominations.get_visible(ctx, nominee)
    story.carry(nominee, "form_check")
    assert story.waits_at(nominee) == ["form_check"]


def test_a_department_that_does_not_agree_gives_him_back(story: PanelStory) -> None:
    admit(story)
    nominee = nominate(story)

    with pytest.raises(Forbidden):
        change(story, "wujin", nominee, UNION)
    change(story, "gongxin", nominee, UNION)

    with story.wiring.reading() as ctx:
        assert offered(ctx, story.task_id(nominee, "recommender_opinion")) == [f"recommender@{UNION}"]
        query = select(HistoryEvent.details).where(HistoryEvent.kind == "recommender.changed")
        [told] = ctx.session.scalars(query)
        assert told == {"to": unit(ctx, UNION).name, "reason": f"原为{unit(ctx, TRADE).name}"}
    with pytest.raises((Forbidden, NotFound)):
        change(story, "gongxin", nominee, TRADE)


def offered(ctx: Context, task: int) -> list[str]:
    return list(ctx.session.scalars(select(Candidate.group_key).where(Candidate.user_task_id == task)))
