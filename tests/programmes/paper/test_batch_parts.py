"""A large set comes in parts, each with its manifest: nobody is missing and nobody is in two."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest

from service.errors import NotFound
from service.models import Nomination
from service.programmes.paper import batch_parts, batches, rosters, scans
from tests.programmes.paper.test_validity import disqualify
from tests.programmes.story import ORGANISER, RECOMMENDER, Story

PDF = b"%PDF-1.4\nstamped\n%%EOF"


def unpack(story: Story, part: int) -> zipfile.ZipFile:
    with story.acting(ORGANISER) as ctx, batches.make_batch(ctx, story.entry(ctx), None, part=part) as batch:
        return zipfile.ZipFile(io.BytesIO(batch.read()))


def test_all_parts_together_are_the_whole(round_2024: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    nominees = [round_2024.nominate(to="consult_police") for _ in range(5)]
    disqualify(round_2024, nominees[-1])
    whole = unpack(round_2024, 1).namelist()
    monkeypatch.setattr(batch_parts, "MOST", 2)

    with round_2024.acting(ORGANISER) as ctx:
        parts = batch_parts.list_parts(ctx, round_2024.entry(ctx), None)
    packages = [unpack(round_2024, part.number) for part in parts]

    assert [(part.number, part.of, part.first, part.last) for part in parts] == [
        (1, 3, 1, 2),
        (2, 3, 3, 4),
        (3, 3, 5, 5),
    ]
    papers = [[name for name in package.namelist() if "清单" not in name] for package in packages]
    assert sorted(name for names in papers for name in names) == sorted(
        name for name in whole if name != batches.MANIFEST
    )
    for number, package in enumerate(packages, start=1):
        manifest = package.read(f"清单 第{number}部分（共3部分）.csv").decode("utf-8-sig")
        assert [row["文件"] for row in csv.DictReader(io.StringIO(manifest))] == papers[number - 1]


def test_what_is_about_all_is_in_the_first_part_alone(
    round_2024: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        round_2024.nominate(to="consult_police")
    monkeypatch.setattr(batch_parts, "MOST", 1)

    first, second = (unpack(round_2024, part).namelist() for part in (1, 2))

    assert [any("汇总表" in name for name in names) for names in (first, second)] == [True, False]
    assert [sum("推荐表/" in name for name in names) for names in (first, second)] == [1, 1]


def test_a_part_tells_those_whose_papers_it_has_and_the_first_those_on_lists(
    round_2024: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    early, stamped = (round_2024.nominate(to="consult_police") for _ in range(2))
    with round_2024.acting(RECOMMENDER) as ctx:
        unit = ctx.session.get_one(Nomination, early).recommender
        rosters.print_roster(ctx, round_2024.entry(ctx), unit)
        [version] = rosters.list_versions(ctx, round_2024.entry(ctx), unit)
        scans.attach(ctx, version, "盖章.pdf", PDF)
    disqualify(round_2024, stamped)
    late = round_2024.nominate(to="consult_police")
    monkeypatch.setattr(batch_parts, "MOST", 1)

    with round_2024.acting(ORGANISER) as ctx:
        entry = round_2024.entry(ctx)
        parts = batch_parts.list_parts(ctx, entry, None)
        people = [batch_parts.list_people(ctx, entry, None, part) for part in parts]

    assert people == [{early, stamped, late}, {late}, {stamped}]


@pytest.mark.parametrize("part", [0, 2])
def test_a_part_that_is_none_is_not_found(round_2024: Story, part: int) -> None:
    round_2024.nominate(to="consult_police")

    with pytest.raises(NotFound, match="共 1 个部分"):
        unpack(round_2024, part)


def test_a_round_without_anybody_is_one_part(round_2024: Story) -> None:
    with round_2024.acting(ORGANISER) as ctx:
        [part] = batch_parts.list_parts(ctx, round_2024.entry(ctx), None)

    assert (part.first, part.last, part.people) == (1, 0, [])
