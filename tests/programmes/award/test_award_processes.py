"""Processes begun for every title: once each, with the holder's own unit and recommender around them."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from service.errors import Conflict, Forbidden, NotFound
from service.models import Award, AwardStatus, Candidate, FollowUp, Instance, Round, User, UserTask
from service.programmes.award import awards, follow_ups, processes
from service.programmes.award.follow_ups import Entry
from service.programmes.privacy import copies
from service.scheduler import starts
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.task import instances, user_tasks
from tests.at_once import at_once
from tests.programmes.story import LEAGUE, NOMINEE, ORGANISER, RECOMMENDER, Story

POOL = """
<bpmn:process id="{id}" name="{name}" isExecutable="true">
  <bpmn:startEvent id="{id}_begun" name="{name}开始"><bpmn:extensionElements><zeebe:properties>
    <zeebe:property name="subject" value="award" />{more}
  </zeebe:properties></bpmn:extensionElements><bpmn:outgoing>{id}_a</bpmn:outgoing>{event}</bpmn:startEvent>
  <bpmn:userTask id="{id}_report" name="报告"><bpmn:extensionElements>
    <zeebe:assignmentDefinition candidateGroups="{group}" />
    <zeebe:formDefinition formId="changzhou-good-youth.opinion" />
    <zeebe:properties><zeebe:property name="outcomes" value="submit:提交" /></zeebe:properties>
  </bpmn:extensionElements><bpmn:incoming>{id}_a</bpmn:incoming><bpmn:outgoing>{id}_b</bpmn:outgoing>
  </bpmn:userTask>
  <bpmn:endEvent id="{id}_end"><bpmn:incoming>{id}_b</bpmn:incoming></bpmn:endEvent>
  <bpmn:sequenceFlow id="{id}_a" sourceRef="{id}_begun" targetRef="{id}_report" />
  <bpmn:sequenceFlow id="{id}_b" sourceRef="{id}_report" targetRef="{id}_end" />
</bpmn:process>"""


def pool(process_id: str, name: str, group: str, *, more: str = "", event: str = "") -> str:
    """Draw a pool that a title begins: one task of a group."""
    return POOL.format(id=process_id, name=name, group=group, more=more, event=event)


def publish(story: Story, *pools: str) -> None:
    """Publish the pack's diagram with further pools."""
    text = story.pack.diagram.decode()
    drawn = text.replace("<bpmndi:BPMNDiagram", "".join(pools) + "<bpmndi:BPMNDiagram", 1)
    with story.wiring.transaction() as ctx:
        deployments.publish(ctx, story.pack.key, drawn.encode(), story.pack.forms, story.pack.decisions)


def award(story: Story, **more: Any) -> int:
    """Carry one nomination through to its title; the award's id."""
    story.nominate(**more)
    story.to_notice()
    story.to_announcement()
    with story.wiring.reading() as ctx:
        return ctx.session.scalars(select(Award.id)).one()


def begun(story: Story) -> dict[str, set[str]]:
    """Begin what is due; return the groups of the tasks of each process begun for a title."""
    while starts.begin_by_events(story.wiring):
        pass
    with story.wiring.reading() as ctx:
        query = select(Instance.business_key, Candidate.group_key).join(
            UserTask, UserTask.instance_id == Instance.id
        )
        query = query.join(Candidate, Candidate.user_task_id == UserTask.id)
        rows = ctx.session.execute(query.where(Instance.business_key.startswith("award:")))
        found: dict[str, set[str]] = {}
        for key, group in rows:
            found.setdefault(key, set()).add(group)
        return found


def read(ctx: Context, award_id: int) -> Award:
    return ctx.session.get_one(Award, award_id, options=awards.WITH_UNITS)


def test_title_begins_its_processes_with_its_units_around_them(round_2024: Story) -> None:
    publish(
        round_2024,
        pool("care", "培育", "league@unit"),
        pool("watch", "跟踪", "recommender@recommender"),
        pool("lead", "统筹", "organiser@organiser"),
        pool("self_report", "自述", "nominee@self"),
    )

    award_id = award(round_2024, source="self")

    with round_2024.acting(NOMINEE) as ctx:
        me = ctx.actor.user_id
    assert begun(round_2024) == {
        f"award:{award_id}:care": {"league@liyang-qingfeng"},
        f"award:{award_id}:watch": {"recommender@liyang"},
        f"award:{award_id}:lead": {"organiser@cz"},
        f"award:{award_id}:self_report": {f"user:{me}"},
    }


def test_process_of_a_later_diagram_is_begun_for_titles_that_lack_it_once(round_2024: Story) -> None:
    award_id = award(round_2024)
    publish(round_2024, pool("care", "培育", "league@unit"))

    for _ in range(2):
        with round_2024.wiring.transaction() as ctx:
            assert processes.begin_missing(ctx, round_2024.entry(ctx)) == 1
        assert begun(round_2024) == {f"award:{award_id}:care": {"league@liyang-qingfeng"}}


def test_by_hand_only_who_may_begins_and_one_at_a_time(round_2024: Story) -> None:
    message = '<bpmn:messageEventDefinition id="m_e" messageRef="mentor_asked" />'
    by = '<zeebe:property name="begin-by" value="league@unit" />'
    drawn = pool("mentor", "师徒结对", "league@unit", more=by, event=message)
    publish(round_2024, drawn, '<bpmn:message id="mentor_asked" name="mentor_asked" />')
    award_id = award(round_2024)

    with round_2024.acting(LEAGUE) as ctx:
        assert [one.name for one in processes.list_offers(ctx, read(ctx, award_id))] == ["师徒结对开始"]
        first = processes.begin_by_hand(ctx, read(ctx, award_id), "mentor_begun")
        assert first.business_key == f"award:{award_id}:mentor:by-hand:1"
    with round_2024.acting(LEAGUE) as ctx, pytest.raises(Conflict, match="正在办理"):
        processes.begin_by_hand(ctx, read(ctx, award_id), "mentor_begun")
    with round_2024.acting(RECOMMENDER) as ctx, pytest.raises(Forbidden):
        processes.begin_by_hand(ctx, read(ctx, award_id), "mentor_begun")


def test_process_begun_by_hand_is_not_taken_for_one_whose_name_begins_alike(round_2024: Story) -> None:
    message = '<bpmn:messageEventDefinition id="m_e" messageRef="mentor_asked" />'
    by = '<zeebe:property name="begin-by" value="league@unit" />'
    drawn = pool("mentor", "师徒结对", "league@unit", more=by, event=message)
    named = '<bpmn:message id="mentor_asked" name="mentor_asked" />'
    publish(round_2024, drawn, pool("mentor_later", "师徒回访", "league@unit"), named)
    award_id = award(round_2024)
    assert set(begun(round_2024)) == {f"award:{award_id}:mentor_later"}

    with round_2024.acting(LEAGUE) as ctx:
        first = processes.begin_by_hand(ctx, read(ctx, award_id), "mentor_begun")

    assert first.business_key == f"award:{award_id}:mentor:by-hand:1"


@pytest.mark.parametrize("done", ["annul", "restore"])
def test_second_of_two_who_change_a_title_at_once_is_told(
    round_2024: Story, both_databases: str, done: str
) -> None:
    award_id = award(round_2024)
    with round_2024.acting(ORGANISER) as ctx:
        if done == "restore":
            processes.annul(ctx, read(ctx, award_id), "所填不实。")

    def change(reason: str) -> bool:
        try:
            with round_2024.acting(ORGANISER) as ctx:
                found = read(ctx, award_id)
                time.sleep(0.2)
                getattr(processes, done)(ctx, found, reason)
        except Conflict:
            return False
        return True

    assert sorted(at_once([partial(change, "先说的。"), partial(change, "后说的。")])) == [False, True]


def test_second_of_two_who_strike_an_entry_out_is_told(round_2024: Story, both_databases: str) -> None:
    award_id = award(round_2024)
    with round_2024.acting(LEAGUE) as ctx:
        entry = Entry(track="publicity", item="人物访谈报道", day=ctx.now.date(), text="日报刊发。")
        written = follow_ups.write(ctx, read(ctx, award_id), entry).id

    def strike(reason: str) -> bool:
        try:
            with round_2024.acting(LEAGUE) as ctx:
                found = follow_ups.get(ctx, written)
                time.sleep(0.2)
                follow_ups.strike(ctx, found, reason)
        except Conflict:
            return False
        return True

    assert sorted(at_once([partial(strike, "写错了人。"), partial(strike, "写错了日子。")])) == [False, True]


def test_holder_known_by_his_number_gives_no_opinion_on_his_own_title(round_2024: Story) -> None:
    written = '<zeebe:property name="outcomes"'
    drawn = pool("judge", "评议", "league@unit")
    publish(round_2024, drawn.replace(written, f'<zeebe:property name="opinion" value="评议" />{written}'))
    award_id = award(round_2024)
    begun(round_2024)
    with round_2024.acting(LEAGUE) as ctx:
        user = ctx.session.get_one(User, ctx.actor.user_id)
        user.id_number_index = read(ctx, award_id).nomination.id_number_index

        task = ctx.session.scalars(select(UserTask).where(UserTask.element_id == "judge_report")).one()

    with round_2024.acting(LEAGUE) as ctx, pytest.raises(Forbidden, match="本人不能对自己的申报签署意见"):
        user_tasks.complete(ctx, task.id, "submit", {"text": "同意。"})


def test_process_of_a_title_is_seen_by_its_people_and_nobody_else(round_2024: Story) -> None:
    publish(round_2024, pool("lead", "统筹", "organiser@organiser"))
    award_id = award(round_2024, source="self")
    begun(round_2024)
    with round_2024.wiring.reading() as ctx:
        instance_id = processes.list_instances(ctx, read(ctx, award_id))[0].id

    for login in (NOMINEE, LEAGUE, RECOMMENDER, ORGANISER):
        with round_2024.acting(login) as ctx:
            assert instances.get_visible(ctx, instance_id).id == instance_id
    with round_2024.acting("gongan") as ctx, pytest.raises(NotFound):
        instances.get_visible(ctx, instance_id)


def test_form_of_a_process_writes_the_ledger(round_2024: Story) -> None:
    story = round_2024
    ledger = '<zeebe:property name="outcomes" value="submit:提交" />'
    drawn = pool("care", "培育", "league@unit").replace(
        ledger, ledger + '<zeebe:property name="follow-up" value="publicity" />'
    )
    publish(story, drawn)
    award_id = award(story)
    begun(story)

    with story.acting(LEAGUE) as ctx:
        task = ctx.session.scalars(select(UserTask).where(UserTask.element_id == "care_report")).one()
        user_tasks.complete(ctx, task.id, "submit", {"text": "开展人物访谈。"})

    with story.wiring.reading() as ctx:
        entry = ctx.session.scalars(select(FollowUp).where(FollowUp.award_id == award_id)).one()
        assert (entry.track, entry.text, entry.user_task_id) == ("publicity", "开展人物访谈。", task.id)


def test_annulled_title_begins_nothing_more(round_2024: Story) -> None:
    award_id = award(round_2024)
    with round_2024.acting(ORGANISER) as ctx:
        processes.annul(ctx, read(ctx, award_id), "经核实所填荣誉不实。")
    publish(round_2024, pool("care", "培育", "league@unit"))

    with round_2024.wiring.transaction() as ctx:
        assert processes.begin_missing(ctx, round_2024.entry(ctx)) == 0
    with round_2024.wiring.reading() as ctx:
        assert read(ctx, award_id).status == AwardStatus.ANNULLED


def test_period_moves_on_with_the_round(round_2024: Story) -> None:
    programme = round_2024.pack.programme
    award_of = replace(programme.award, period_from=date(2025, 1, 1), period_until=date(2026, 12, 31))
    cultivating = replace(programme, award=award_of)

    assert awards.period_of(cultivating, Round(year=2024)) == (date(2025, 1, 1), date(2026, 12, 31))
    assert awards.period_of(cultivating, Round(year=2027)) == (date(2028, 1, 1), date(2029, 12, 31))
    assert awards.period_of(programme, Round(year=2024)) == (None, None)


def test_copy_for_the_person_holds_his_ledger(round_2024: Story) -> None:
    award_id = award(round_2024)
    with round_2024.acting(LEAGUE) as ctx:
        held = read(ctx, award_id)
        told = Entry(track="publicity", item="集中宣推", day=date(2024, 4, 10), text="上报刊。")
        follow_ups.write(ctx, held, told)

        described = copies.describe(ctx, held.nomination)

    assert [(one["track"], one["item"]) for one in described["follow_ups"]] == [
        ("宣传报道青年典型", "集中宣推")
    ]
