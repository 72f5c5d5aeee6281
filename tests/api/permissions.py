"""Who may call what: one row an operation, one column a role, as status codes.

A: nobody logged in. S: a recommender of another district. U: the workplace's league, whose turn it is.
O: the organiser. M: the system administrator.
"""

from __future__ import annotations

from typing import Any

ROLES = {"A": "", "S": "wujin", "U": "tuanzhibu", "O": "shiwei", "M": "admin"}

APPROVE = {"outcome": "approve", "answers": {"text": "情况属实"}}
LATER = {"due": "2024-03-28T24:00:00+08:00", "reason": "台风"}
OBJECTION = {"nomination_id": 1, "name": "王测试", "contact": "13812341234", "facts": "所填事迹与实际不符。"}
EXTENSION = {"unit": "wujin", "stage": "submission", "until": "2024-04-02T00:00:00+08:00", "reason": "台风"}
CHANGE = {
    "cells": [{"unit": "wujin", "category": "work_safety", "was": 15, "places": 16}],
    "reason": "经研究调整",
}

DELEGATION = {
    "delegate": "dangzhibu",
    "starts_at": "2024-03-18T00:00:00+08:00",
    "ends_at": "2024-03-23T00:00:00+08:00",
    "reason": "出差",
}

#: a migration from a version to itself: whoever may is told so
REQUEST = {"source": 1, "target": 1, "plan": {}}
ORDER = {**REQUEST, "plan_hash": "none", "reason": "改期"}

#: operation -> (body, what each role gets)
TABLE: dict[str, tuple[dict[str, Any] | None, str]] = {
    "GET /docs": (None, "A200 S200 U200 O200 M200"),
    "GET /openapi.json": (None, "A200 S200 U200 O200 M200"),
    "POST /tokens": ({"login": "wujin", "password": "xuanshu-demo"}, "A201 S201 U201 O201 M201"),
    "DELETE /tokens/current": (None, "A401 S204 U204 O204 M204"),
    "GET /me": (None, "A401 S200 U200 O200 M200"),
    "GET /user-tasks": (None, "A401 S200 U200 O200 M200"),
    "GET /user-tasks/{task_id}": (None, "A401 S404 U200 O200 M200"),
    "GET /user-tasks/{task_id}/work": (None, "A401 S404 U200 O200 M200"),
    "GET /user-tasks/{task_id}/draft": (None, "A401 S404 U200 O403 M403"),
    "PUT /user-tasks/{task_id}/draft": ({"answers": {"text": "同意"}}, "A401 S404 U200 O403 M403"),
    "POST /user-tasks/{task_id}/claim": ({}, "A401 S404 U200 O403 M403"),
    "POST /user-tasks/{task_id}/unclaim": ({}, "A401 S404 U403 O403 M403"),
    "POST /user-tasks/{task_id}/complete": (APPROVE, "A401 S404 U200 O403 M403"),
    "POST /user-tasks/{task_id}/transfer": (
        {"to": "dangzhibu", "reason": "外出"},
        "A401 S404 U200 O403 M403",
    ),
    "POST /user-tasks/{task_id}/send-back": (
        {"to_element": "fill_in_form", "reason": "请补充"},
        "A401 S404 U200 O403 M403",
    ),
    "POST /user-tasks/{task_id}/take-back": ({}, "A401 S404 U403 O403 M403"),
    "POST /user-tasks/{task_id}/nudge": ({}, "A401 S404 U409 O200 M200"),
    "POST /user-tasks/{task_id}/copies": ({"to": ["dangzhibu"]}, "A401 S404 U200 O200 M200"),
    "POST /user-tasks/decisions": (
        {"decisions": [{"id": "{task_id}", "outcome": "approve"}], "answers": {"text": "同意"}},
        "A401 S404 U200 O403 M403",
    ),
    "GET /signers": (None, "A401 S200 U200 O200 M200"),
    "GET /user-tasks/{task_id}/signers": (None, "A401 S404 U200 O200 M200"),
    "POST /user-tasks/{task_id}/signers": (
        {"to": ["dangzhibu"], "place": "before", "question": "请核对事迹"},
        "A401 S404 U201 O403 M403",
    ),
    "POST /signers/{signer_id}/answer": ({"agrees": True}, "A401 S404 U403 O404 M404"),
    "DELETE /signers/{signer_id}": (None, "A401 S404 U204 O404 M404"),
    "GET /user-tasks/{task_id}/comments": (None, "A401 S404 U200 O200 M200"),
    "POST /user-tasks/{task_id}/comments": ({"text": "请留意日期"}, "A401 S404 U201 O201 M201"),
    "GET /delegations": (None, "A401 S200 U200 O200 M200"),
    "POST /delegations": (DELEGATION, "A401 S422 U201 O201 M201"),
    "POST /delegations/{delegation_id}/end": ({}, "A401 S404 U200 O404 M200"),
    "GET /rounds/{round_id}/head-counts": (None, "A401 S200 U200 O200 M200"),
    "GET /rounds/{round_id}/head-counts/{code}": (None, "A401 S404 U404 O200 M404"),
    "PUT /rounds/{round_id}/head-counts/{code}": ({"number": 40}, "A401 S404 U404 O409 M404"),
    "GET /rounds": (None, "A401 S200 U200 O200 M200"),
    "GET /rounds/{round_id}": (None, "A401 S200 U200 O200 M200"),
    "GET /rounds/{round_id}/funnel": (None, "A401 S200 U200 O200 M200"),
    "GET /rounds/{round_id}/quotas": (None, "A401 S200 U200 O200 M200"),
    "POST /rounds/{round_id}/quota-changes": (CHANGE, "A401 S403 U403 O200 M200"),
    "GET /rounds/{round_id}/extensions": (None, "A401 S403 U403 O200 M403"),
    "GET /rounds/{round_id}/reserves": (None, "A401 S403 U403 O200 M403"),
    "GET /rounds/{round_id}/events": (None, "A401 S403 U403 O200 M403"),
    "POST /rounds/{round_id}/events": (
        {"kind": "signal", "name": "unheard_of", "reason": "演练"},
        "A401 S403 U403 O422 M403",
    ),
    "GET /rounds/{round_id}/ballot": (None, "A401 S404 U404 O404 M404"),
    "POST /rounds/{round_id}/ballot/close": ({"reason": "专家已离任"}, "A401 S404 U404 O404 M404"),
    "POST /rounds/{round_id}/ballot/void": ({"reason": "票数不足"}, "A401 S404 U404 O404 M404"),
    "POST /rounds": (
        {"programme": "changzhou-good-youth", "label": "2025", "year": 2025},
        "A401 S403 U403 O403 M201",
    ),
    "POST /rounds/{round_id}/extensions": (EXTENSION, "A401 S403 U403 O201 M403"),
    "PUT /rounds/{round_id}/deadlines/{stage}": (LATER, "A401 S403 U403 O200 M403"),
    "GET /rounds/{round_id}/registrations": (None, "A401 S200 U404 O200 M200"),
    "GET /rounds/{round_id}/registrations/{registration_id}": (None, "A401 S404 U404 O200 M200"),
    "POST /rounds/{round_id}/registrations/{registration_id}/confirm": (
        {"unit": "liyang-qingfeng"},
        "A401 S404 U404 O200 M403",
    ),
    "POST /rounds/{round_id}/registrations/{registration_id}/refuse": (
        {"reason": "您已有账号，请直接登录。"},
        "A401 S404 U404 O200 M403",
    ),
    "POST /rounds/{round_id}/registrations/{registration_id}/link": (None, "A401 S404 U404 O409 M403"),
    "GET /rounds/{round_id}/nominations": (None, "A401 S200 U200 O200 M200"),
    "POST /rounds/{round_id}/nominations": (
        {"unit": "liyang-qingfeng", "category": "work_safety"},
        "A401 S403 U201 O201 M403",
    ),
    "GET /nominations/{nomination_id}": (None, "A401 S404 U200 O200 M200"),
    "PUT /nominations/{nomination_id}/recommender": (
        {"recommender": "wujin"},
        "A401 S404 U403 O422 M403",
    ),
    "PUT /nominations/{nomination_id}/withdrawal": ({"reason": "本人调离"}, "A401 S404 U200 O200 M403"),
    "GET /nominations/{nomination_id}/opinions": (None, "A401 S404 U200 O200 M200"),
    "GET /nominations/{nomination_id}/findings": (None, "A401 S404 U200 O200 M200"),
    "GET /nominations/{nomination_id}/attachments": (None, "A401 S404 U200 O200 M200"),
    "POST /nominations/{nomination_id}/attachments": (
        {"slot": "portrait", "file": "a.jpg"},
        "A401 S404 U409 O409 M409",
    ),
    "GET /attachments/{attachment_id}": (None, "A401 S404 U200 O422 M422"),
    "DELETE /attachments/{attachment_id}": (None, "A401 S404 U409 O409 M409"),
    "GET /user-tasks/{task_id}/files": (None, "A401 S404 U200 O200 M200"),
    "POST /user-tasks/{task_id}/files": ({"slot": "plan", "file": "a.pdf"}, "A401 S404 U422 O403 M403"),
    "GET /task-files/{file_id}": (None, "A401 S404 U404 O404 M404"),
    "DELETE /task-files/{file_id}": (None, "A401 S404 U404 O404 M404"),
    "GET /awards": (None, "A401 S200 U200 O200 M200"),
    "GET /awards/{award_id}": (None, "A401 S404 U200 O200 M200"),
    "GET /awards/{award_id}/follow-ups": (None, "A401 S404 U200 O200 M200"),
    "GET /instances": (None, "A401 S200 U200 O200 M200"),
    "GET /instances/{instance_id}": (None, "A401 S404 U200 O200 M200"),
    "GET /instances/{instance_id}/history": (None, "A401 S404 U200 O200 M200"),
    "GET /instances/{instance_id}/standing": (None, "A401 S404 U200 O200 M200"),
    "GET /incidents": (None, "A401 S403 U403 O403 M200"),
    "POST /incidents/{incident_id}/retry": ({}, "A401 S404 U404 O200 M200"),
    "GET /deployments": (None, "A401 S200 U200 O200 M200"),
    "GET /deployments/{deployment_id}": (None, "A401 S200 U200 O200 M200"),
    "POST /programmes/{programme}/checks": ({"xml": "<a/>"}, "A401 S403 U403 O200 M200"),
    "POST /programmes/{programme}/deployments": ({"xml": "<a/>"}, "A401 S403 U403 O422 M422"),
    "GET /programmes/{programme}/migration-proposal": (None, "A401 S403 U403 O403 M404"),
    "POST /programmes/{programme}/migration-trials": (REQUEST, "A401 S403 U403 O403 M409"),
    "GET /programmes/{programme}/migrations": (None, "A401 S403 U403 O403 M200"),
    "POST /programmes/{programme}/migrations": (ORDER, "A401 S403 U403 O403 M409"),
    "GET /programmes/{programme}/migrations/{migration_id}": (None, "A401 S403 U403 O403 M404"),
    "GET /programmes/{programme}/migrations/{migration_id}/items": (None, "A401 S403 U403 O403 M404"),
    "POST /programmes/{programme}/migrations/{migration_id}/stop": ({}, "A401 S403 U403 O403 M404"),
    "GET /programmes/{programme}/decision-files": (None, "A401 S403 U403 O200 M200"),
    "GET /programmes/{programme}/decision-files/{file}": (None, "A401 S403 U403 O200 M200"),
    "GET /programmes/{programme}/decision-files/{file}/draft": (None, "A401 S403 U403 O200 M200"),
    "PUT /programmes/{programme}/decision-files/{file}/draft": (
        {"xml": "<a/>"},
        "A401 S403 U403 O422 M422",
    ),
    "DELETE /programmes/{programme}/decision-files/{file}/draft": (None, "A401 S403 U403 O204 M204"),
    "POST /programmes/{programme}/decision-files/{file}/checks": (
        {"xml": "<a/>"},
        "A401 S403 U403 O200 M200",
    ),
    "POST /programmes/{programme}/decision-files/{file}/deployments": (
        {"xml": "<a/>"},
        "A401 S403 U403 O428 M428",
    ),
    "GET /units": (None, "A401 S200 U200 O200 M200"),
    "GET /units/{code}": (None, "A401 S200 U200 O200 M200"),
    "GET /calendar/{year}": (None, "A401 S200 U200 O200 M200"),
    "PUT /calendar/{year}": ({"source": "国办发明电"}, "A401 S403 U403 O403 M200"),
    "PUT /calendar/days/{day}": ({"working": True, "source": "国办发明电"}, "A401 S403 U403 O403 M200"),
    "DELETE /calendar/days/{day}": (None, "A401 S403 U403 O403 M204"),
    "GET /notices": (None, "A200 S200 U200 O200 M200"),
    "GET /notices/{slug}": (None, "A404 S404 U404 O404 M404"),
    "POST /notices/{slug}/objections": (OBJECTION, "A401 S404 U404 O404 M404"),
    "GET /rounds/{round_id}/notices": (None, "A401 S200 U200 O200 M200"),
    "GET /rounds/{round_id}/notices/{slug}": (None, "A401 S404 U404 O404 M404"),
    "PUT /rounds/{round_id}/notices/{slug}": ({"number": ""}, "A401 S404 U404 O404 M404"),
    "GET /rounds/{round_id}/notices/{slug}/paper": (None, "A401 S404 U404 O404 M404"),
    "GET /nominations/{nomination_id}/disqualification": (None, "A401 S404 U409 O409 M409"),
    "PUT /nominations/{nomination_id}/disqualification": ({"number": ""}, "A401 S404 U403 O409 M403"),
    "GET /objections/{receipt}": (None, "A404 S404 U404 O404 M404"),
}
