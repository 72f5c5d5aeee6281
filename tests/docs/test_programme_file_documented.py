"""docs/modelling/programme-file.md names every key of programme.toml and demo.toml, and no other."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from service.programmes.demo.demo_file import Account, Contact, Heads, Names, Staff, WaitingNominations

ROOT = Path(__file__).resolve().parents[2]
PACK = ROOT / "service" / "programmes" / "pack"
READERS = (
    "programme_file",
    "award_file",
    "dates_file",
    "quota_file",
    "rules_file",
    "paper",
    "review_file",
    "follow_up",
)
_READ = re.compile(
    r"\.(?:text|texts|integer|integers|flag|choice|day|table|tables|named_tables)\(\s*\"(\w+)\""
)
_DAY = re.compile(r"_read_day\(\w+, \"(\w+)\"\)")
_ROW = re.compile(r"^\| (?:[^|]*) \| ([^|]*) \|", re.MULTILINE)


@pytest.fixture(scope="module")
def written() -> str:
    return (ROOT / "docs/modelling/programme-file.md").read_text("utf-8")


def test_every_key_that_is_read_is_described(written: str) -> None:
    source = "".join((PACK / f"{name}.py").read_text("utf-8") for name in READERS)
    read = {*_READ.findall(source), *_DAY.findall(source)}

    described = {
        key for quoted in re.findall(r"`([^`]+)`", written) for key in re.findall(r"[a-z_]+", quoted)
    }

    assert read - described == set()


def test_every_key_that_is_described_is_read(written: str) -> None:
    source = "".join((PACK / f"{name}.py").read_text("utf-8") for name in READERS)
    about_programme = written.partition("## `demo.toml`")[0]
    named = {key for cell in _ROW.findall(about_programme) for key in re.findall(r"`([a-z_]+)`", cell)}
    free = {"objection", *_named_settings()}  # of [forms] and [settings]: any name may stand there

    assert named - free - {*_READ.findall(source), *_DAY.findall(source)} == set()


def _named_settings() -> set[str]:
    """Return what the programmes of the project name among their settings."""
    files = (ROOT / "processes").glob("*/programme.toml")
    return {name for file in files for name in tomllib.loads(file.read_text("utf-8"))["settings"]}


@pytest.mark.parametrize("record", [Account, Staff, Heads, WaitingNominations, Names, Contact])
def test_every_key_of_a_demonstration_is_described(record: type, written: str) -> None:
    about_demo = written.partition("## `demo.toml`")[2]

    assert {field.name for field in fields(record)} <= set(re.findall(r"`([a-z_]+)`", about_demo))
