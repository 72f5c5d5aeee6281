"""Commands end in one line and an exit code where somebody has to do something, never in a traceback."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click import Context

from service.cli import cli
from service.config import PREFIX

ROOT = Path(__file__).resolve().parents[1]
#: nobody listens there
AWAY = "postgresql://nobody@127.0.0.1:1/nothing"
REFUSED, UNAVAILABLE = 2, 3


@pytest.mark.parametrize("command", [("serve",), ("worker",), ("migrate",), ("audit", "verify")], ids=str)
def test_lost_field_key_stops_every_command(command: tuple[str, ...], tmp_path: Path) -> None:
    assert _run(tmp_path, "migrate").returncode == 0
    (tmp_path / "field_key").unlink()

    ended = _run(tmp_path, *command)

    assert ended.returncode == REFUSED
    assert ended.stderr == (
        f"the field key of this database is missing: {tmp_path / 'field_key'} is not there and "
        "XUANSHU_FIELD_KEY is not set. Nothing was changed. Restore the key from the backup of the keys; "
        "a new one could not read what is encrypted\n"
    )
    assert not (tmp_path / "field_key").exists()


def test_first_administrator_is_created_before_any_round(tmp_path: Path) -> None:
    assert _run(tmp_path, "migrate").returncode == 0

    loaded = _run(tmp_path, "load-units", "changzhou-good-youth")
    refused = _run(tmp_path, "open-round", "changzhou-good-youth", "--year", "2024")
    password = ("--password", "a-long-password")
    misspelt = _run(tmp_path, "create-user", "li", "李某", "cz", "--role", "organizer", *password)
    created = _run(tmp_path, "create-user", "li", "李某", "cz", "--role", "admin", *password)
    again = _run(tmp_path, "create-user", "li", "李某", "cz", *password)

    assert (loaded.returncode, loaded.stdout) == (0, "loaded 28 units of changzhou-good-youth\n")
    assert (refused.returncode, refused.stderr) == (
        REFUSED,
        "2024 年的截止日期已全部过去（最后一项是 2024年3月25日24:00），不能再开设这一届。"
        "请填写以后的年份。\n",
    )
    assert (created.returncode, created.stdout) == (0, "created li\n")
    assert (misspelt.returncode, misspelt.stderr.count("\n")) == (REFUSED, 1)
    assert misspelt.stderr.startswith("没有岗位 organizer。现有：")
    assert (again.returncode, again.stderr) == (
        REFUSED,
        "账号没有建立，请改正后再提交。login：这个用户名已有人使用\n",
    )
    with closing(sqlite3.connect(tmp_path / "xuanshu.db")) as database:
        told = database.execute("SELECT kind, details FROM history_event ORDER BY id").fetchall()
    assert [(kind, json.loads(details)) for kind, details in told] == [
        ("account.created", {"user": "li", "unit": "cz"}),
        ("role.granted", {"user": "li", "group": "admin@cz"}),
    ]


def test_programme_that_is_begun_from_another_is_checked_by_itself(tmp_path: Path) -> None:
    for name in ("processes", "forms"):
        shutil.copytree(ROOT / name / "thousand-good-youth", tmp_path / name / "thousand-good-youth")
    folders = {
        "PROCESSES_DIR": str(tmp_path / "processes"),
        "FORMS_DIR": str(tmp_path / "forms"),
    }

    begun = _run(tmp_path, "new-programme", "model-units", "--like", "thousand-good-youth", **folders)
    checked = _run(tmp_path, "check", "model-units", **folders)
    unknown = _run(tmp_path, "check", "nothing", **folders)

    first, second, *_ = begun.stdout.splitlines()
    assert (begun.returncode, first) == (
        0,
        f"已建 {tmp_path / 'processes' / 'model-units'} 和 {tmp_path / 'forms' / 'model-units'}。",
    )
    assert second.endswith("行说的是“绍兴市“百行百业——千名‘好青年’”选培计划”，请对照通知改写：")
    assert (checked.returncode, checked.stdout) == (0, "model-units: 没有问题\n")
    assert (unknown.returncode, unknown.stderr) == (
        REFUSED,
        f"活动包有误，请逐条改正：\n{tmp_path / 'processes'} 里没有活动 nothing，"
        "只有：model-units、thousand-good-youth\n",
    )


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_tables_that_are_not_there_stop_the_start(command: str, tmp_path: Path) -> None:
    ended = _run(tmp_path, command)

    assert (ended.returncode, ended.stderr) == (
        REFUSED,
        "the database's tables are not up to date: run `xuanshu migrate` first\n",
    )


@pytest.mark.parametrize("command", [("migrate",), ("audit", "verify")], ids=str)
def test_database_that_is_away_ends_a_command_in_a_line(command: tuple[str, ...], tmp_path: Path) -> None:
    ended = _run(tmp_path, *command, DATABASE_URL=AWAY, LOG_LEVEL="error")

    assert ended.returncode == UNAVAILABLE
    assert ended.stderr.startswith("the database does not answer: connection failed:")
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("DATABASE_URL", "nonsense", "XUANSHU_DATABASE_URL is not the URL of an SQLite or PostgreSQL"),
        ("DATABASE_URL", "mysql://u@h/d", "XUANSHU_DATABASE_URL is not the URL of an SQLite or PostgreSQL"),
        ("DATABASE_URL", "postgresql://h:p/d", "XUANSHU_DATABASE_URL is not the URL of an SQLite or"),
        ("DATA_DIR", "/dev/null/x", "XUANSHU_DATA_DIR must be a directory that can be written"),
        ("LOG_LEVEL", "loud", "XUANSHU_LOG_LEVEL must be one of debug, info, warning, error"),
    ],
)
def test_setting_that_cannot_be_meant_is_named(
    setting: str, value: str, sentence: str, tmp_path: Path
) -> None:
    ended = _run(tmp_path, "migrate", **{setting: value})

    assert ended.returncode == REFUSED
    assert ended.stderr.startswith(sentence)
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["check", "serve"])
def test_folder_without_programmes_stops_the_command(command: str, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"

    ended = _run(tmp_path, command, PROCESSES_DIR=str(nowhere))

    assert (ended.returncode, ended.stderr) == (
        REFUSED,
        f"XUANSHU_PROCESSES_DIR holds no programme, no folder with a programme.toml: {nowhere}\n",
    )


def test_log_level_comes_from_a_file_like_every_setting(tmp_path: Path) -> None:
    level = tmp_path / "level"
    level.write_text("error\n")

    quiet = _run(tmp_path, "migrate", DATABASE_URL=AWAY, LOG_LEVEL_FILE=str(level))
    loud = _run(tmp_path, "migrate", DATABASE_URL=AWAY)

    assert "level=warning" in loud.stderr
    assert "level=warning" not in quiet.stderr


def test_demonstration_of_any_programme_is_set_up_and_says_what_to_try(tmp_path: Path) -> None:
    ended = _run(tmp_path, "demonstrate", "longcheng-craftsmen", "--only-set-up")

    said = [line.strip() for line in ended.stdout.splitlines()]
    tried = said.index("先试：用下面的用户名登录，在“待办”里打开一件办结，再换下一个人接着办。")
    assert ended.returncode == 0, ended.stderr
    assert said[1] == "选树演示：首批龙城工匠培育对象推荐  http://127.0.0.1:8000"
    assert said[tried + 1 :] == [
        "jiceng     “填写申请表”3 件",
        "baomi      “脱密审查”2 件",
        "laojing    “形式审查”4 件",
        "",
        "用页面上方的演示时钟拨到 12月10日，看催办发出、到期的环节自己截止。",
        "以 admin 登录，在“流程图”里改画一版再发布，下一份申报就走新的路。",
        f"演示数据在 {tmp_path / 'demonstration/longcheng-craftsmen'}，删除它即重新开始。按 Ctrl+C 停止。",
        "",
    ]


def test_demonstration_of_an_unknown_programme_names_the_known_ones(tmp_path: Path) -> None:
    ended = _run(tmp_path, "demonstrate", "longcheng")

    assert (ended.returncode, ended.stderr) == (
        REFUSED,
        "没有名为 longcheng 的活动。现有：changzhou-good-youth、longcheng-craftsmen、thousand-good-youth。\n",
    )
    assert list(tmp_path.iterdir()) == []


def test_demonstration_reaches_nothing_that_is_set_for_an_installation(tmp_path: Path) -> None:
    real = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'real.db'}",
        "SECRET_KEY": "real",
        "FIELD_KEY": "ab" * 32,
        "PUBLIC_URL": "https://xuanshu.example.invalid",
        "SMTP_URL": "smtp://127.0.0.1:1",
        "MAIL_FROM": "xuanshu@example.invalid",
        "APPRISE_URLS": "json://127.0.0.1:1/",
    }

    ended = _run(tmp_path, "demonstrate", "longcheng-craftsmen", "--only-set-up", PORT="8123", **real)

    own = tmp_path / "demonstration" / "longcheng-craftsmen"
    assert ended.returncode == 0, ended.stderr
    assert [line.strip() for line in ended.stdout.splitlines()[1:4]] == [
        "选树演示：首批龙城工匠培育对象推荐  http://127.0.0.1:8123",
        "",
        "演示只用自己的数据库和密钥，不向外发送，未采用 XUANSHU_DATABASE_URL、XUANSHU_SECRET_KEY、"
        "XUANSHU_FIELD_KEY、XUANSHU_PUBLIC_URL、XUANSHU_SMTP_URL、XUANSHU_MAIL_FROM、XUANSHU_APPRISE_URLS。",
    ]
    assert {path.name for path in tmp_path.iterdir()} == {"demonstration"}
    assert {"xuanshu.db", "field_key", "secret_key"} <= {path.name for path in own.iterdir()}


def test_real_database_is_not_put_on_a_movable_clock(tmp_path: Path) -> None:
    assert _run(tmp_path, "migrate").returncode == 0
    assert _run(tmp_path, "load-units", "changzhou-good-youth").returncode == 0
    administrator = ("create-user", "li", "李某", "cz", "--password", "a-long-password")
    assert _run(tmp_path, *administrator).returncode == 0

    ended = [_run(tmp_path, command, DEMONSTRATION="1") for command in ("serve", "worker", "migrate")]

    assert {(one.returncode, one.stderr) for one in ended} == {
        (
            REFUSED,
            "this database is no demonstration's: it has accounts or rounds that live by the clock on the "
            "wall. Nothing was changed. Run it without XUANSHU_DEMONSTRATION; `xuanshu demonstrate` has a "
            "database of its own\n",
        )
    }


def test_demonstration_listens_on_loopback_only(tmp_path: Path) -> None:
    ended = _run(tmp_path, "demonstrate", "--only-set-up", HOST="0.0.0.0")

    assert (ended.returncode, ended.stderr) == (
        REFUSED,
        "XUANSHU_DEMONSTRATION needs XUANSHU_HOST on loopback: anybody may move its clock\n",
    )


def test_every_command_stands_in_the_module_it_is_looked_for_in() -> None:
    context = Context(cli)

    names = cli.list_commands(context)

    assert [command.name for name in names if (command := cli.get_command(context, name))] == names
    assert cli.get_command(context, "approve-everything") is None


def test_rehearsing_does_not_load_the_pages() -> None:
    asked = "{'flask', 'apscheduler', 'service.web'} & {*sys.modules}"
    program = f"import sys, service.cli.rehearsing; print({asked})"

    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )

    assert (ended.returncode, ended.stdout) == (0, "set()\n")


def _run(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    environment |= {f"{PREFIX}{name}": value for name, value in {"DATA_DIR": str(folder), **settings}.items()}
    program = [sys.executable, "-c", "from service.cli import main; main()", *arguments]
    return subprocess.run(
        program, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
