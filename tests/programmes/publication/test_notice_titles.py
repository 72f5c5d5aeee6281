"""What a round's notices are called: as the programme's own papers are, 决定 or 通知."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.models import Round, Unit
from service.programmes.pack.packs import Pack
from service.programmes.pack.paper import ANNOUNCEMENT
from service.programmes.pack.programme import Programme
from service.programmes.publication import notice_titles
from tests.programmes.conftest import PROGRAMME

ROUND = Round(year=2024, organiser=Unit(name="共青团常州市委员会"))


def announced_as(programme: Programme, title: str) -> Programme:
    papers = {
        key: replace(paper, title=title) if paper.kind == ANNOUNCEMENT else paper
        for key, paper in programme.papers.items()
    }
    return replace(programme, papers=papers)


@pytest.mark.parametrize(
    ("key", "awards", "further"),
    [
        (
            PROGRAMME,
            "关于公布常州市“产业振兴好青年”名单的决定",
            "关于补充公布常州市“产业振兴好青年”名单的决定",
        ),
        (
            "longcheng-craftsmen",
            "关于公布龙城工匠培育对象名单的通知",
            "关于补充公布龙城工匠培育对象名单的通知",
        ),
    ],
)
def test_titles_are_those_of_the_papers(packs: dict[str, Pack], key: str, awards: str, further: str) -> None:
    programme = packs[key].programme

    assert notice_titles.of_awards(programme, ROUND) == awards
    assert notice_titles.of_further_awards(programme, ROUND) == further


def test_words_of_a_title_are_filled_in(packs: dict[str, Pack]) -> None:
    programme = announced_as(packs[PROGRAMME].programme, "关于{year}年“{award}”名单的通报")

    assert notice_titles.of_awards(programme, ROUND) == "关于2024年“产业振兴好青年”名单的通报"
    assert notice_titles.of_further_awards(programme, ROUND) == "关于2024年“产业振兴好青年”名单的通报（补充）"


def test_a_title_that_counts_its_list_or_is_not_there_gives_way_to_a_plain_one(
    packs: dict[str, Pack],
) -> None:
    programme = packs[PROGRAMME].programme
    plain = "关于公布常州市“产业振兴好青年”寻访活动名单的通知"

    assert notice_titles.of_awards(announced_as(programme, "关于公布{total}人的决定"), ROUND) == plain
    assert notice_titles.of_awards(replace(programme, papers={}), ROUND) == plain
