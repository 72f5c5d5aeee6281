"""X17: what the leading group sends back, and what the panel answers, is read where it has to be acted on."""

from __future__ import annotations

from collections.abc import Callable

from tests.programmes.review.panel_story import CHAIR, PARTY, PanelStory
from tests.web.browser import Browser

MINUTES = "集体研究后按排名提出建议名单。"
OPINION = "排名第二的人选材料存疑，请重新研究。"
ANSWER = "已重新核对材料，维持原建议。"


def test_x17_the_panel_reads_why_the_list_came_back_and_the_group_what_was_answered(
    browse: Callable[..., Browser], story: PanelStory
) -> None:
    story.score_all((6, 8, 7))
    story.step("panel_meeting", CHAIR, "confirm", {"reason": MINUTES})
    story.vote_all()
    deliberating = _page(browse, story, PARTY, "deliberate")
    story.step("deliberate", PARTY, "return", {"reason": OPINION})
    meeting = _page(browse, story, CHAIR, "panel_meeting")
    story.step("panel_meeting", CHAIR, "confirm", {"reason": ANSWER})
    story.vote_all()
    deliberating_again = _page(browse, story, PARTY, "deliberate")

    assert MINUTES in deliberating
    assert OPINION in meeting
    assert deliberating_again.index(ANSWER) < deliberating_again.index(MINUTES)


def _page(browse: Callable[..., Browser], story: PanelStory, login: str, step: str) -> str:
    with story.acting(login) as ctx:
        task = story.round_task(ctx, step)
    return browse(login).get(f"/tasks/{task}").text
