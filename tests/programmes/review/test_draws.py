"""Experts are drawn at random by a seed that is kept, and never where they have an interest (X15)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from service.errors import Conflict, Forbidden, Invalid
from service.models import Draw, HistoryEvent, Seat, SeatStatus, User
from service.programmes.review import draws
from service.programmes.round import rounds
from service.workflow.person import logins, people
from tests.programmes.review.panel_story import SEED, PanelStory

POOL = [f"zhuanjia{number}" for number in range(1, 10)]


def test_the_draw_can_be_made_again_from_what_is_kept(scoring: PanelStory) -> None:
    with scoring.wiring.reading() as ctx:
        drawn = draws.get(ctx, scoring.entry(ctx))
        members = draws.list_members(ctx, drawn)

    assert draws.is_true(drawn, members)
    assert not draws.is_true(Draw(seed="another"), members)
    assert (drawn.seed, drawn.pool, drawn.size) == (SEED, "expert@zgh", 3)
    assert sorted(member.login for member in members) == POOL


def test_the_draw_is_in_the_history_of_the_round(scoring: PanelStory) -> None:
    with scoring.wiring.reading() as ctx:
        query = select(HistoryEvent.details).where(HistoryEvent.kind == "panel.drawn")
        assert ctx.session.scalars(query).all() == [{"seed": SEED, "pool": POOL}]


def test_a_seed_that_is_not_given_is_made_up(panel: PanelStory) -> None:
    panel.to_drawing(panel.apply())

    panel.draw(seed="")

    with panel.wiring.reading() as ctx:
        assert len(draws.get(ctx, panel.entry(ctx)).seed) == 16


@pytest.mark.parametrize(
    ("nomination", "barred"),
    [
        (1, {"zhuanjia7": "与申报人同一单位", "zhuanjia9": "供职于推荐单位"}),
        (2, {"zhuanjia8": "与申报人同一单位"}),
        (3, {}),
    ],
)
def test_nobody_scores_where_he_works(scoring: PanelStory, nomination: int, barred: dict[str, str]) -> None:
    with scoring.wiring.reading() as ctx:
        order = [m.login for m in draws.list_members(ctx, draws.get(ctx, scoring.entry(ctx)))]
        query = select(User.login, Seat.status, Seat.reason).join(User, User.id == Seat.user_id)
        found = list(ctx.session.execute(query.where(Seat.nomination_id == nomination).order_by(Seat.place)))

    free = [login for login in order if login not in barred]
    assert [login for login, status, _ in found if status == SeatStatus.SEATED] == free[:3]
    passed_over = {login: why for login, status, why in found if status == SeatStatus.BARRED}
    assert passed_over == {login: barred[login] for login in order[: len(found)] if login in barred}


def test_a_round_is_drawn_once(scoring: PanelStory) -> None:
    with pytest.raises(Conflict, match="已经抽取过专家"), scoring.acting("laojing") as ctx:
        draws.draw(ctx, scoring.entry(ctx), "expert", "x")


def test_a_pool_that_is_too_small_is_refused_and_nothing_is_drawn(panel: PanelStory) -> None:
    panel.to_drawing(panel.apply())
    with panel.wiring.transaction() as ctx:
        ctx.session.execute(update(User).where(User.login.in_(POOL[2:])).values(active=False))

    with pytest.raises(Conflict, match="专家库只有 2 人，每份申报需要 3 人评分"):
        panel.draw()

    with panel.wiring.reading() as ctx:
        assert draws.find(ctx, panel.entry(ctx)) is None


def test_a_pool_too_small_once_colleagues_step_back_is_refused(panel: PanelStory) -> None:
    panel.to_drawing(panel.apply("wujin-1"))
    with panel.wiring.transaction() as ctx:
        away = [login for login in POOL if login not in ("zhuanjia1", "zhuanjia2", "zhuanjia7")]
        ctx.session.execute(update(User).where(User.login.in_(away)).values(active=False))

    with pytest.raises(Conflict, match="滆湖轨道装备有限公司（演示）的申报，回避之后专家库只剩 2 人"):
        panel.draw()


def test_not_before_every_form_is_checked(panel: PanelStory) -> None:
    passed, _waiting = panel.apply(), panel.apply()
    panel.to_drawing(passed)

    with pytest.raises(Conflict, match="还有 1 份申报没有办完“形式审查”"):
        panel.draw()


def test_a_seed_too_long_is_refused(panel: PanelStory) -> None:
    with pytest.raises(Invalid, match="种子太长"), panel.acting("laojing") as ctx:
        draws.draw(ctx, panel.entry(ctx), "expert", "9" * 81)


def test_a_programme_without_a_review_has_no_panel(panel: PanelStory) -> None:
    pack = replace(panel.pack, programme=replace(panel.pack.programme, review=None))
    with panel.acting("laojing") as ctx:
        packs = {pack.key: pack}
        bare = replace(ctx, house=replace(ctx.house, domain=type(ctx.domain)(packs, ctx.domain.storage)))  # type: ignore[attr-defined,call-arg]
        with pytest.raises(Conflict, match="没有设专家评审"):
            draws.draw(bare, panel.entry(bare), "expert", "x")


def test_experts_who_come_later_stand_by_after_all_others(scoring: PanelStory) -> None:
    _add_expert(scoring, "zhuanjia10")

    with scoring.acting("laojing") as ctx:
        assert draws.supplement(ctx, scoring.entry(ctx)) == 1

    with scoring.wiring.reading() as ctx:
        drawn = draws.get(ctx, scoring.entry(ctx))
        members = draws.list_members(ctx, drawn)
        assert draws.is_true(drawn, members)
        assert [(m.login, m.place, m.batch) for m in members[-1:]] == [("zhuanjia10", 10, 2)]


def test_without_new_experts_nothing_is_added(scoring: PanelStory) -> None:
    with pytest.raises(Conflict, match="没有新的专家"), scoring.acting("laojing") as ctx:
        draws.supplement(ctx, scoring.entry(ctx))


def test_only_the_organiser_adds_to_the_draw(scoring: PanelStory) -> None:
    _add_expert(scoring, "zhuanjia10")

    with pytest.raises(Forbidden), scoring.acting("zuzhang") as ctx:
        draws.supplement(ctx, scoring.entry(ctx))


def _add_expert(story: PanelStory, login: str) -> None:
    with story.wiring.transaction() as ctx:
        unit, pool = rounds.get_unit(ctx, "inst-a"), rounds.get_unit(ctx, "zgh")
        user = logins.create_user(ctx, login=login, name="演示-专家", password="long enough 1", unit=unit)
        people.grant(ctx, user, "expert", pool)
