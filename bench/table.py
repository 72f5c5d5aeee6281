"""Printing what was measured, one line a figure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Row:
    """One figure, and what it is held against."""

    what: str
    figure: str
    beside: str = ""  #: the peer or limit, measured in the same run
    target: str = ""
    met: bool | None = None  #: None where there is nothing to hold it against


def show(title: str, rows: list[Row]) -> None:
    """Print a table."""
    print(f"\n{title}")
    for row in rows:
        verdict = {True: "met", False: "MISSED", None: ""}[row.met]
        print(f"  {row.what:<58}{row.figure:>22}  {row.beside:<34}{row.target:<18}{verdict}", flush=True)
