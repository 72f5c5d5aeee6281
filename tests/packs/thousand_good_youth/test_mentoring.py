"""003-D: the agreement of mentor, member and unit, and the loop 学习、评价、反馈、提升."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from service.errors import Conflict, Forbidden, Invalid
from service.models import Candidate, Instance, Membership, Submission, User, UserTask
from service.programmes.account import accounts
from service.programmes.form import schemas
from service.workflow import notifications
from service.workflow.context import Context
from service.workflow.instance import incidents
from service.workflow.job import retries
from service.workflow.person import delegations, people
from service.workflow.task import user_tasks
from tests.packs.judging import the_pack
from tests.packs.thousand_good_youth.living import complete, entitle, jump, ledger, ledger_texts, waits_at
from tests.programmes.story import Story

AGREEMENT = {
    "mentor_post": "演示-项目公司总工程师",
    "day": "2021-08-02",
    "ended_on": "2022-08-01",
    "goals": "一年内独立承担一个标段的技术管理。",
    "duties": "每月至少见面一次，师傅带一个课题。",
}
PARTIES = ("daoshi", "houxuanren", "xiangmu")
WITHOUT_ACCOUNT = {"mentor": "none", "mentor_name": "演示-顾师傅", "on_behalf_reason": "退休返聘，没有账号。"}
SIGNED_FOR = {"holder_on_behalf_reason": "没有本系统账号。"}
SIGN = "sign_agreement"


def draft(story: Story, key: str, *, chosen: str = "daoshi", **more: str) -> None:
    """Draft the agreement with a mentor who has an account, or with what is said instead."""
    with story.acting(chosen) as ctx:
        mentor = {"mentor": f"user:{ctx.actor.user_id}"}
    complete(story, key, "submit", by="xiangmu-tuan", **(AGREEMENT | mentor | more))


def task_of(story: Story, award_id: int) -> int:
    """Return the open task of the agreement."""
    query = select(UserTask.id).join(Instance, Instance.id == UserTask.instance_id)
    query = query.where(Instance.business_key == f"award:{award_id}:mentoring", UserTask.status == "open")
    with story.wiring.reading() as ctx:
        return ctx.session.scalars(query).one()


def offered(story: Story, award_id: int) -> list[str]:
    """Return whom the open task of the agreement is offered to."""
    query = select(Candidate.group_key).where(Candidate.user_task_id == task_of(story, award_id))
    with story.wiring.reading() as ctx:
        return sorted(ctx.session.scalars(query))


def agree(story: Story, award_id: int) -> str:
    """Draft the agreement and have it signed by everybody; the key of the process."""
    key = f"award:{award_id}:mentoring"
    draft(story, key)
    for party in PARTIES:
        complete(story, key, "sign", by=party, text="同意。")
    return key


def test_003_d_agreement_is_signed_by_mentor_member_and_unit_in_turn(period_2021: Story) -> None:
    award_id = entitle(period_2021)
    key = f"award:{award_id}:mentoring"
    draft(period_2021, key)

    with pytest.raises(Forbidden):
        complete(period_2021, key, "sign", by="xiangmu", text="单位不能先签。")
    for party in PARTIES:
        assert waits_at(period_2021, key) == ["sign_agreement"]
        complete(period_2021, key, "sign", by=party, text="同意。")

    assert waits_at(period_2021, key) == ["learn"]
    assert ledger(period_2021, award_id) == [
        ("mentoring", "师徒协议", "送三方签署"),
        *[("mentoring", "签署师徒协议", "签署")] * 3,
    ]


def test_003_d_party_that_returns_the_agreement_has_it_drafted_anew(period_2021: Story) -> None:
    key = f"award:{entitle(period_2021)}:mentoring"
    draft(period_2021, key)
    complete(period_2021, key, "sign", by="daoshi", text="同意。")

    complete(period_2021, key, "return", by="houxuanren", text="目标请写得具体些。")

    assert waits_at(period_2021, key) == ["draft_agreement"]


def test_003_d_loop_runs_until_the_goals_are_reached(period_2021: Story) -> None:
    award_id = entitle(period_2021)
    key = agree(period_2021, award_id)

    for outcome in ("next", "finish"):
        complete(period_2021, key, "record", by="houxuanren", day="2021-08-02", text="跟班学习。")
        complete(period_2021, key, "evaluate", by="daoshi", day="2021-08-02", result="良好", text="有进步。")
        complete(
            period_2021, key, "feedback", by="xiangmu",
            day="2021-08-02", leader="演示-书记", text="当面反馈。",
        )  # fmt: skip
        complete(period_2021, key, outcome, by="houxuanren", day="2021-08-02", text="完成提升措施。")

    assert waits_at(period_2021, key) == []
    assert [(item, result) for _track, item, result in ledger(period_2021, award_id)[4:]] == [
        ("学习", "记录学习"), ("评价", "良好"), ("反馈", "已面谈"), ("提升", "进入下一轮"),
        ("学习", "记录学习"), ("评价", "良好"), ("反馈", "已面谈"), ("提升", "达到目标，结业"),
    ]  # fmt: skip
    assert ledger_texts(period_2021, award_id, "反馈") == ["当面反馈。\n参加面谈的党政负责人：演示-书记"] * 2


def test_003_d_long_agreement_is_shortened_where_it_is_long(period_2021: Story) -> None:
    award_id = entitle(period_2021)
    long = {"goals": "甲" * 1000, "duties": "乙" * 1000, "support": "丙" * 1000}
    draft(period_2021, f"award:{award_id}:mentoring", **long)

    [text] = ledger_texts(period_2021, award_id, "师徒协议")

    lines = text.split("\n")
    assert (len(text), lines[:2]) == (
        2000, ["导师：演示-项目公司导师", "导师单位和职务：演示-项目公司总工程师"],
    )  # fmt: skip
    assert [(line[-2:], len(line)) for line in lines[2:]] == [("甲…", 655), ("乙…", 655), ("丙…", 655)]


def test_003_d_mentoring_ends_with_the_period(period_2021: Story) -> None:
    key = agree(period_2021, entitle(period_2021))

    jump(period_2021, "2024-07-31 23:59")
    assert waits_at(period_2021, key) == ["learn"]
    jump(period_2021, "2024-08-01 00:00")

    assert waits_at(period_2021, key) == []


def test_003_d_agreement_does_not_end_before_it_begins() -> None:
    form = the_pack("thousand-good-youth").forms["thousand-good-youth.agreement"]

    with pytest.raises(Invalid) as told:
        schemas.validate(
            form, AGREEMENT | WITHOUT_ACCOUNT | {"ended_on": "2021-08-01"}, {"has_account": True}
        )

    assert told.value.fields == {"ended_on": "期满日期不能早于起始日期"}


def test_003_d_the_mentor_named_signs_and_nobody_else_of_the_mentors(period_2021: Story) -> None:
    award_id = entitle(period_2021)
    key = f"award:{award_id}:mentoring"
    another_mentor(period_2021)
    draft(period_2021, key)

    with pytest.raises(Forbidden):
        complete(period_2021, key, "sign", by="xiangmu-dang", text="同意。")
    with period_2021.acting("daoshi") as ctx, pytest.raises(Invalid, match="须本人办理"):
        user_tasks.transfer(ctx, task_of(period_2021, award_id), user(ctx, "xiangmu-dang").id, "外出")
    complete(period_2021, key, "sign", by="daoshi", text="同意。")

    with period_2021.wiring.reading() as ctx:
        signed = select(Submission.user_id).where(Submission.element_id == SIGN)
        assert list(ctx.session.scalars(signed)) == [user(ctx, "daoshi").id]


def test_003_d_whoever_acts_for_the_mentor_does_not_sign_for_him(period_2021: Story) -> None:
    award_id = entitle(period_2021)
    draft(period_2021, f"award:{award_id}:mentoring")
    with period_2021.acting("daoshi") as ctx:
        until = ctx.now + timedelta(days=9)
        delegations.begin(
            ctx, principal=user(ctx, "daoshi"), delegate_id=user(ctx, "xiangmu").id, starts_at=ctx.now,
            ends_at=until, reason="出差",
        )  # fmt: skip
    period_2021.clock.move(hours=1)

    with period_2021.acting("xiangmu") as ctx, pytest.raises(Forbidden, match="须本人办理"):
        user_tasks.complete(ctx, task_of(period_2021, award_id), "sign", {"text": "代签。"})


def test_003_d_a_mentor_who_left_is_not_signed_for_but_another_is_chosen(period_2021: Story) -> None:
    award_id = entitle(period_2021)
    key = f"award:{award_id}:mentoring"
    another_mentor(period_2021)
    draft(period_2021, key)
    with period_2021.wiring.transaction() as ctx:
        accounts.set_active(ctx, user(ctx, "daoshi"), active=False)
    task = task_of(period_2021, award_id)
    with period_2021.wiring.reading() as ctx:
        [admin] = notifications.list_responsible(ctx, ctx.session.get_one(UserTask, task))

    with pytest.raises(Conflict, match="演示-项目公司导师已不在岗，这一步只能由本人办理"):
        complete(period_2021, key, "sign", by=admin.login, text="代签。")
    complete(period_2021, key, "return", by=admin.login, text="导师已调离，请另选。")
    draft(period_2021, key, chosen="xiangmu-dang")
    complete(period_2021, key, "sign", by="xiangmu-dang", text="同意。")

    assert waits_at(period_2021, key) == [SIGN]


def test_x14_what_a_mentor_who_left_would_do_falls_to_the_administrator_of_his_unit(
    period_2021: Story,
) -> None:
    award_id = entitle(period_2021)
    key = agree(period_2021, award_id)
    with period_2021.wiring.transaction() as ctx:
        accounts.set_active(ctx, user(ctx, "daoshi"), active=False)

    complete(period_2021, key, "record", by="houxuanren", day="2021-08-02", text="跟班学习。")

    assert offered(period_2021, award_id) == ["unit_admin@sx"]
    complete(period_2021, key, "evaluate", by="sxdanwei", day="2021-08-02", result="良好", text="有进步。")
    assert waits_at(period_2021, key) == ["give_feedback"]


def test_x14_a_mentor_who_comes_back_is_asked_after_all(period_2021: Story) -> None:
    award_id = entitle(period_2021)
    key = agree(period_2021, award_id)
    with period_2021.wiring.transaction() as ctx:
        accounts.set_active(ctx, user(ctx, "daoshi"), active=False)
    complete(period_2021, key, "record", by="houxuanren", day="2021-08-02", text="跟班学习。")

    with period_2021.wiring.transaction() as ctx:
        mentor = user(ctx, "daoshi")
        accounts.set_active(ctx, mentor, active=True)

    assert offered(period_2021, award_id) == [f"user:{mentor.id}"]


def test_x14_a_mentor_who_left_where_nobody_administers_is_an_incident_until_somebody_does(
    period_2021: Story,
) -> None:
    award_id = entitle(period_2021)
    key = agree(period_2021, award_id)
    with period_2021.wiring.transaction() as ctx:
        ctx.session.execute(delete(Membership).where(Membership.role == "unit_admin"))
        accounts.set_active(ctx, user(ctx, "daoshi"), active=False)
    complete(period_2021, key, "record", by="houxuanren", day="2021-08-02", text="跟班学习。")
    assert offered(period_2021, award_id) == []
    with period_2021.wiring.transaction() as ctx:
        [incident] = incidents.list_open(ctx)
        assert (incident.kind, retries.retry(ctx, incident.id)) == ("nobody-resolved", False)
        admin = user(ctx, "sxdanwei")
        people.grant(ctx, admin, "unit_admin", admin.unit)

    with period_2021.wiring.transaction() as ctx:
        assert retries.retry(ctx, incident.id)

    assert offered(period_2021, award_id) == ["unit_admin@sx"]


def test_003_d_the_unit_signs_for_a_mentor_without_an_account_and_says_why(period_2021: Story) -> None:
    award_id = entitle(period_2021)
    key = f"award:{award_id}:mentoring"
    with pytest.raises(Invalid) as told:
        draft(period_2021, key, mentor="none")

    draft(period_2021, key, **WITHOUT_ACCOUNT)
    with pytest.raises(Forbidden):
        complete(period_2021, key, "sign", by="daoshi", text="同意。")
    complete(period_2021, key, "sign", by="xiangmu", text="经顾师傅本人同意，代为签署。")

    assert told.value.fields == {
        "mentor_name": "请填写导师姓名。", "on_behalf_reason": "请填写由单位代为签署的原因。"
    }  # fmt: skip
    [text] = ledger_texts(period_2021, award_id, "师徒协议")
    assert text.split("\n")[2:4] == ["导师姓名：演示-顾师傅", "由单位代为签署的原因：退休返聘，没有账号。"]


def test_003_d_a_member_with_an_account_signs_himself_and_his_league_does_not(period_2021: Story) -> None:
    award_id = entitle(period_2021)
    key = f"award:{award_id}:mentoring"
    draft(period_2021, key, **SIGNED_FOR)
    complete(period_2021, key, "sign", by="daoshi", text="同意。")

    with pytest.raises(Forbidden):
        complete(period_2021, key, "sign", by="xiangmu-tuan", text="代签。")
    complete(period_2021, key, "sign", by="houxuanren", text="同意。")

    [text] = ledger_texts(period_2021, award_id, "师徒协议")
    assert SIGNED_FOR["holder_on_behalf_reason"] not in text  # nobody is asked why: he signs
    assert waits_at(period_2021, key) == [SIGN]


def test_003_d_the_league_signs_for_a_member_without_an_account_and_says_why(period_2021: Story) -> None:
    award_id = entitle(period_2021)
    key = f"award:{award_id}:mentoring"
    leave(period_2021, "houxuanren")
    with pytest.raises(Invalid) as told:
        draft(period_2021, key)

    draft(period_2021, key, **SIGNED_FOR)
    complete(period_2021, key, "sign", by="daoshi", text="同意。")
    complete(period_2021, key, "sign", by="xiangmu-tuan", text="经本人同意，代为签署。")

    assert told.value.fields == {"holder_on_behalf_reason": "请填写由团组织代好青年签署的原因。"}
    [text] = ledger_texts(period_2021, award_id, "师徒协议")
    assert "由团组织代好青年签署的原因：没有本系统账号。" in text.split("\n")
    assert waits_at(period_2021, key) == [SIGN]


def test_003_d_a_member_who_left_before_he_signed_is_signed_for_in_an_agreement_that_says_so(
    period_2021: Story,
) -> None:
    award_id = entitle(period_2021)
    key = f"award:{award_id}:mentoring"
    draft(period_2021, key)
    complete(period_2021, key, "sign", by="daoshi", text="同意。")
    leave(period_2021, "houxuanren")
    with period_2021.wiring.reading() as ctx:
        task = ctx.session.get_one(UserTask, task_of(period_2021, award_id))
        [admin] = notifications.list_responsible(ctx, task)

    with pytest.raises(Conflict, match="已不在岗，这一步只能由本人办理，不能代签"):
        complete(period_2021, key, "sign", by=admin.login, text="代签。")
    complete(period_2021, key, "return", by=admin.login, text="本人已离职，请注明代签。")
    draft(period_2021, key, **SIGNED_FOR)
    complete(period_2021, key, "sign", by="daoshi", text="同意。")

    assert offered(period_2021, award_id) == ["league@sxgz-1-2"]


def leave(story: Story, login: str) -> None:
    """Let somebody's account end."""
    with story.wiring.transaction() as ctx:
        accounts.set_active(ctx, user(ctx, login), active=False)


def test_003_d_nobody_is_chosen_who_is_no_mentor_nor_the_member_himself(period_2021: Story) -> None:
    award_id = entitle(period_2021)
    key = f"award:{award_id}:mentoring"
    with period_2021.wiring.transaction() as ctx:
        member = user(ctx, "houxuanren")
        people.grant(ctx, member, "mentor", member.unit)

    for stranger in ("houxuanren", "xiangmu"):
        with pytest.raises(Invalid) as told:
            draft(period_2021, key, chosen=stranger)
        assert told.value.fields == {"mentor": "请从列表中选择导师。"}


def another_mentor(story: Story) -> None:
    """Let somebody of the workplace be a mentor beside the one who is."""
    with story.wiring.transaction() as ctx:
        colleague = user(ctx, "xiangmu-dang")
        people.grant(ctx, colleague, "mentor", colleague.unit)


def user(ctx: Context, login: str) -> User:
    """Return somebody by his login."""
    return ctx.session.scalars(select(User).where(User.login == login)).one()
