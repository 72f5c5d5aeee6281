"""Reading a roster of 10,000 people from a spreadsheet."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Sequence

from bench.table import Row, show
from service.documents.records import Column, RosterRecord
from service.documents.roster_import import MAX_ROWS, read_roster
from service.documents.spreadsheets import make_roster
from service.programmes.demo.demo_file import read_demo
from service.programmes.demo.made_up import people
from service.programmes.pack.columns import columns_of
from service.programmes.pack.packs import load_pack
from service.programmes.rule import identity_number
from tests.reliability.installation import PROGRAMME, ROOT

TARGET, MEMORY = 30.0, 200


def main() -> None:
    """Print the figures."""
    columns, category, data = _a_roster()
    began = time.perf_counter()
    found = read_roster(data, columns, [category])
    took = time.perf_counter() - began
    tracemalloc.start()
    read_roster(data, columns, [category])
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    show(
        "Roster",
        [
            Row(
                what=f"{len(found.rows):,} rows read, {len(found.problems)} problems",
                figure=f"{took:.1f} s",
                target=f"<= {TARGET:.0f} s",
                met=took <= TARGET,
            ),
            Row(
                what="memory at its highest",
                figure=f"{peak:.0f} MB",
                target=f"<= {MEMORY} MB",
                met=peak <= MEMORY,
            ),
        ],
    )


def _a_roster() -> tuple[Sequence[Column], str, bytes]:
    pack = load_pack(ROOT / "processes", ROOT / "forms", PROGRAMME)
    crowd = list(people(read_demo(pack.demo).names))
    category = next(iter(pack.programme.categories.values())).name
    columns = columns_of(pack.programme.papers["roster"], pack.forms[pack.programme.record_form])
    rows = [
        [
            str(number + 1),
            person.name,
            person.sex,
            f"{person.birth_date:%Y-%m}",
            "群众",
            f"青锋精密机械（演示）{person.post}",
            f"0000-{number:07d}",
            identity_number.make("320400", person.birth_date, number % 1000),
            "",
        ]
        for number, person in ((n, crowd[n % len(crowd)]) for n in range(MAX_ROWS))
    ]
    record = RosterRecord(
        title="汇总表", above="推荐单位（盖章）：溧阳市", columns=columns, sheets={category: rows}
    )
    return columns, category, make_roster(record)
