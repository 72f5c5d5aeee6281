"""Nominations and their files over HTTP: starting, finding, masks and uploads."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from service.models import Consent, FileReading, ReadStatus, User
from service.programmes import wiring
from service.programmes.diagram import diagrams
from service.programmes.domain import Programmes
from service.wire import Runtime
from service.workflow.person import actors
from tests.api.caller import Caller
from tests.api.conftest import PROGRAMME

Call = Callable[[str], Caller]
START = {"unit": "liyang-qingfeng", "category": "work_safety", "name": "王测试"}


def photo() -> BytesIO:
    file = BytesIO()
    Image.new("RGB", (413, 626), "navy").save(file, "JPEG", dpi=(300, 300))
    file.seek(0)
    return file


def test_start_opens_the_form(call: Call) -> None:
    tuanzhibu = call("tuanzhibu")

    started = tuanzhibu.post("/rounds/1/nominations", START)

    assert (started.status_code, started.get_json()["recommender"]) == (201, "liyang")
    assert tuanzhibu.get(started.headers["Location"].removeprefix("/api/v1")).get_json() == started.get_json()
    assert started.get_json()["instance_id"] in {
        task["instance_id"] for task in tuanzhibu.todo("fill_in_form")
    }


def test_start_names_what_is_wrong(call: Call) -> None:
    refused = call("tuanzhibu").post("/rounds/1/nominations", {**START, "unit": "nowhere"})

    assert (refused.status_code, list(refused.get_json()["errors"])) == (422, ["unit"])


def test_list_is_narrowed_and_scoped(call: Call) -> None:
    def names(login: str, **query: str) -> int:
        found = call(login).get("/rounds/1/nominations", query_string=query).get_json()
        assert found["total"] == len(found["items"])
        return int(found["total"])

    assert names("shiwei") == 12
    assert names("wujin") == 4
    assert names("shiwei", recommender="liyang", status="recommending") == 5
    assert names("jintan") == 0


def test_identity_number_and_phone_are_masked(call: Call) -> None:
    items = call("shiwei").get("/rounds/1/nominations?status=qualifying").get_json()["items"]

    assert {(item["id_number"][:6], item["id_number"][6:14], item["phone"][3:7]) for item in items} == {
        ("320400", "********", "****")
    }


def test_work_masks_the_record_for_those_consulted(call: Call) -> None:
    gongan = call("gongan")
    task = gongan.todo("consult_police")[0]

    work = gongan.get(f"/user-tasks/{task['id']}/work").get_json()

    assert work["record"]["id_number"][6:14] == "********"
    assert [opinion["heading"] for opinion in work["opinions"]] == [
        "所在单位团组织意见",
        "所在单位意见",
        "推荐单位团组织意见",
    ]


def test_work_withholds_the_papers_of_whoever_took_his_consent_back(call: Call, service: Runtime) -> None:
    gongan = call("gongan")
    path = f"/user-tasks/{gongan.todo('consult_police')[0]['id']}/work"
    before = gongan.get(path).get_json()
    with service.wiring.transaction() as ctx:
        taken_back = update(Consent).where(
            Consent.nomination_id == before["nomination"]["id"], Consent.kind == "provision"
        )
        ctx.session.execute(taken_back.values(withdrawn_at=ctx.now))

    work = gongan.get(path).get_json()
    file = gongan.get(f"/attachments/{before['attachments'][0]['id']}?receiver=市公安局&purpose=办理")
    history = gongan.get(f"/instances/{before['nomination']['instance_id']}/history")

    assert (before["withheld"], work["may_complete"]) == (None, True)
    assert (work["nomination"], work["record"], work["opinions"], work["attachments"]) == (None, {}, [], [])
    assert "已撤回向其他单位提供个人信息的同意" in work["withheld"]
    assert (file.status_code, history.status_code) == (409, 409)


def test_work_masks_whatever_the_programme_calls_sensitive(
    call: Call, service: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    domain = service.wiring.house.domain
    assert isinstance(domain, Programmes)
    pack = domain.packs[PROGRAMME]
    fields = dict(pack.programme.fields) | {
        "political_status": "SENSITIVE",
        "publication_consent": "SENSITIVE",
    }
    stricter = replace(pack, programme=replace(pack.programme, fields=fields))
    monkeypatch.setattr(domain, "packs", {**domain.packs, PROGRAMME: stricter})
    gongan = call("gongan")

    record = gongan.get(f"/user-tasks/{gongan.todo('consult_police')[0]['id']}/work").get_json()["record"]

    assert set(record["political_status"]) == {"*"}
    assert record["publication_consent"] == "***"
    assert record["ethnicity"] == "汉族"


def test_photo_is_taken_and_given_back(call: Call) -> None:
    tuanzhibu = call("tuanzhibu")
    nomination = tuanzhibu.post("/rounds/1/nominations", START).get_json()
    path = f"/nominations/{nomination['id']}/attachments"
    file = {"slot": "portrait", "file": (photo(), "证件照.jpg")}

    taken = tuanzhibu.send("POST", path, data=file)
    got = tuanzhibu.get(f"/attachments/{taken.get_json()['id']}")

    assert (taken.status_code, taken.get_json()["content_type"]) == (201, "image/jpeg")
    assert (got.status_code, got.data[:2]) == (200, b"\xff\xd8")
    assert got.headers["Content-Disposition"].startswith("attachment;")
    assert tuanzhibu.delete(f"/attachments/{taken.get_json()['id']}").status_code == 204
    assert tuanzhibu.get(path).get_json() == []


def test_files_are_added_and_taken_out_each_under_the_newest_tag_of_the_nomination(call: Call) -> None:
    tuanzhibu = call("tuanzhibu")
    begun = tuanzhibu.post("/rounds/1/nominations", START)
    read, path = begun.headers["ETag"], f"/nominations/{begun.get_json()['id']}"

    def upload(tag: str) -> TestResponse:
        file = {"slot": "portrait", "file": (photo(), "证件照.jpg")}
        return tuanzhibu.send("POST", f"{path}/attachments", data=file, headers={"If-Match": tag})

    taken, late = upload(read), upload(read)
    address = f"/attachments/{taken.get_json()['id']}"
    stale = tuanzhibu.delete(address, headers={"If-Match": read})
    seen = tuanzhibu.get(path, headers={"If-None-Match": read})
    removed = tuanzhibu.delete(address, headers={"If-Match": taken.headers["ETag"]})

    assert [one.status_code for one in (taken, late, stale, removed)] == [201, 412, 412, 204]
    assert (seen.status_code, seen.headers["ETag"]) == (200, taken.headers["ETag"])
    assert removed.headers["ETag"] == tuanzhibu.get(path).headers["ETag"] != taken.headers["ETag"]


def test_photo_whose_bytes_are_lost_is_taken_out(call: Call, tmp_path: Path) -> None:
    tuanzhibu = call("tuanzhibu")
    nomination = tuanzhibu.post("/rounds/1/nominations", START).get_json()
    path = f"/nominations/{nomination['id']}/attachments"
    taken = tuanzhibu.send("POST", path, data={"slot": "portrait", "file": (photo(), "证件照.jpg")})
    shutil.rmtree(tmp_path / "data/files")

    assert tuanzhibu.delete(f"/attachments/{taken.get_json()['id']}").status_code == 204


def test_a_file_of_others_is_given_for_a_purpose(call: Call) -> None:
    tuanzhibu = call("tuanzhibu")
    nomination = tuanzhibu.post("/rounds/1/nominations", START).get_json()
    file = {"slot": "portrait", "file": (photo(), "证件照.jpg")}
    path = f"/nominations/{nomination['id']}/attachments"
    address = f"/attachments/{tuanzhibu.send('POST', path, data=file).get_json()['id']}"

    unsaid = call("shiwei").get(address)
    other = call("shiwei").get(f"{address}?receiver=市人社局&purpose=其他")
    given = call("shiwei").get(f"{address}?receiver=市人社局&purpose=上报")

    assert [answer.status_code for answer in (unsaid, other, given)] == [422, 422, 200]
    assert unsaid.get_json()["errors"].keys() == {"receiver", "purpose"}
    assert other.get_json()["errors"].keys() == {"note"}


def test_image_that_is_none_is_refused(call: Call) -> None:
    tuanzhibu = call("tuanzhibu")
    nomination = tuanzhibu.post("/rounds/1/nominations", START).get_json()
    file = {"slot": "portrait", "file": (BytesIO(b"MZ not a photo"), "a.jpg")}

    refused = tuanzhibu.send("POST", f"/nominations/{nomination['id']}/attachments", data=file)

    assert refused.status_code == 422


def test_findings_name_rule_result_and_words_where_all_is_well_too(call: Call) -> None:
    shiwei = call("shiwei")
    [one, *_] = shiwei.get("/rounds/1/nominations?status=qualifying").get_json()["items"]

    found = shiwei.get(f"/nominations/{one['id']}/findings").get_json()

    assert [(f["rule"], f["result"], f["message"]) for f in found] == [
        (
            "N01",
            "PASS",
            "“类别设置：1. 生产管理类 2. 综合服务类 3. 科研创新类 4. 技术技能类 5. 安全生产类 6. 乡村振兴类”",
        ),
        ("N04", "PASS", "符合“18周岁（2006年1月1日前出生）至35周岁（1989年1月1日后出生）”"),
        ("N08", "PASS", "未填报“市级及以上个人荣誉”"),
        ("N10", "PASS", "“附件1 常州市‘产业振兴好青年’名额分配表”"),
        ("N11", "PASS", "“被推荐对象需同时提供1张两寸免冠彩照和2张工作照（jpg格式，文件大小1M以上）”"),
        ("N12", "PASS", "符合“个人事迹（300字）”的篇幅"),
        ("N13", "PASS", "“推荐材料电子档及照片请于3月25日前报送至常州团市委青年发展部”"),
    ]
    assert [f["measured"] for f in found if f["rule"] != "N04"] == [
        "技术技能类",
        "无",
        "已占用名额",
        "两寸免冠彩照 1 个，工作照 2 个",
        "263字",
        "2024年3月15日09:00提交",
    ]


def test_withdraw_asks_for_the_version_and_a_reason(call: Call) -> None:
    shiwei = call("shiwei")
    path = f"/nominations/{shiwei.get('/rounds/1/nominations').get_json()['items'][0]['id']}"
    tag = {"If-Match": shiwei.get(path).headers["ETag"]}

    unmatched = shiwei.put(f"{path}/withdrawal", {"reason": "本人调离"})
    unreasoned = shiwei.put(f"{path}/withdrawal", {"reason": " "}, headers=tag)
    done = shiwei.put(f"{path}/withdrawal", {"reason": "本人调离"}, headers=tag)

    assert (unmatched.status_code, unreasoned.status_code, done.status_code) == (428, 422, 200)
    assert (done.get_json()["status"], done.get_json()["status_reason"]) == ("withdrawn", "本人调离")
    again = shiwei.put(f"{path}/withdrawal", {"reason": "x"}, headers={"If-Match": done.headers["ETag"]})
    assert again.status_code == 409


def test_a_file_that_waits_for_its_clearance_is_refused(call: Call, service: Runtime) -> None:
    opinion = b'<zeebe:property name="opinion" value="1" />'
    with service.wiring.transaction() as ctx:
        pack = wiring.get_pack(ctx, PROGRAMME)
        asking = pack.diagram.replace(
            opinion, opinion + b'<zeebe:property name="clearance" value="approve" />'
        )
        admin = ctx.session.scalars(select(User).where(User.login == "admin")).one()
        diagrams.publish(replace(ctx, actor=actors.actor_of(ctx, admin)), pack, asking, note="脱密")
    tuanzhibu = call("tuanzhibu")
    path = f"/nominations/{tuanzhibu.post('/rounds/1/nominations', START).get_json()['id']}/attachments"
    file = {"slot": "portrait", "file": (photo(), "证件照.jpg")}
    taken = tuanzhibu.send("POST", path, data=file).get_json()["id"]
    with service.wiring.transaction() as ctx:
        found = {"hits": [{"kind": "word", "excerpt": "内部资料"}]}
        ctx.session.add(FileReading(attachment_id=taken, round_id=1, status=ReadStatus.READ, found=found))

    refused, own = (
        call(login).get(f"/attachments/{taken}?receiver=市人社局&purpose=上报")
        for login in ("shiwei", "tuanzhibu")
    )

    assert (refused.status_code, own.status_code) == (403, 200)
    assert "脱密审查后可查看" in refused.get_json()["detail"]
