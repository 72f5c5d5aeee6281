"""Headings of an annex matched with the fields of the form: what stands in each column of a roster."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from service.documents.records import Column
from service.programmes.form.fields import label, name_of
from service.programmes.pack.paper import OFFICIAL, Paper

#: what a column may show besides the form's fields
DERIVED: Mapping[str, str] = {
    "number": "序号",
    "category": "申报类别",
    "unit": "所在单位",
    "recommender": "推荐单位",
    "sex": "性别",
    "birth_month": "出生年月",
    "remark": "备注",
}
#: what the frozen list of a 公示 or 公布 has of a person
PUBLISHED: Mapping[str, str] = {
    "number": "序号",
    "name": "姓名",
    "sex": "性别",
    "workplace_and_post": "工作单位及职务",
    "category": "申报类别",
    "recommender": "推荐单位",
    "remark": "备注",
}
_KINDS: Mapping[str, Literal["month", "code"]] = {"id18": "code", "phone": "code", "birth_month": "month"}

Form = Mapping[str, Any]


def components_of(form: Form) -> dict[str, Mapping[str, Any]]:
    """Return a form's fields by the name their answers are sent under."""
    return {name_of(component): component for component in _walk(form.get("components", []))}


def columns_of(paper: Paper, form: Form) -> tuple[Column, ...]:
    """Return the columns of a roster, or of an official paper's list, which has only what is published.

    Raises KeyError with the heading that no field belongs to.
    """
    is_official = paper.kind in OFFICIAL
    derived = PUBLISHED if is_official else DERIVED
    fields = {} if is_official else components_of(form)
    by_label = {_plain(label(component)): key for key, component in fields.items()}
    if is_official:
        by_label = {_plain(heading): key for heading, key in published_labels(form).items()}
    by_label |= {_plain(heading): key for key, heading in derived.items() if _plain(heading) not in by_label}
    widths = paper.widths or (0,) * len(paper.columns)
    columns = []
    for heading, width in zip(paper.columns, widths, strict=True):
        key = (paper.values or {}).get(heading) or by_label.get(_plain(heading))
        if key is None or (key not in fields and key not in derived):
            raise KeyError(heading)
        columns.append(_column(heading, key, width, fields.get(key)))
    return tuple(columns)


def published_labels(form: Form) -> dict[str, str]:
    """Return what the form calls what is published: label, such as 项目名称, to a key of ``PUBLISHED``."""
    fields = components_of(form)
    named = {key: fields[key] for key in PUBLISHED if key in fields}
    if "workplace_and_post" not in fields and "workplace" in fields:
        named["workplace_and_post"] = fields["workplace"]
    return {label(component): key for key, component in named.items()}


def published_names(form: Form) -> dict[str, str]:
    """Return what each published thing is called: in the form's words, or else as in ``PUBLISHED``."""
    return {**PUBLISHED, **{key: heading for heading, key in published_labels(form).items()}}


def find_strange_headings(paper: Paper, form: Form) -> list[str]:
    """Return the headings of a paper that no field of the form and nothing derived belongs to."""
    strange = []
    for index, heading in enumerate(paper.columns):
        one = Paper(
            key=paper.key, kind=paper.kind, title="", annex=0, format="", columns=(heading,),
            values=paper.values, widths=paper.widths[index : index + 1],
        )  # fmt: skip
        try:
            columns_of(one, form)
        except KeyError:
            strange.append(heading)
    return strange


def _column(heading: str, key: str, width: float, component: Mapping[str, Any] | None) -> Column:
    if key == "number":
        return Column(heading=heading, key=key, width=width, kind="number", optional=True)
    if component is None:
        return Column(heading=heading, key=key, width=width, optional=True)
    check = str((component.get("properties") or {}).get("check", ""))
    required = bool((component.get("validate") or {}).get("required"))
    return Column(
        heading=heading, key=key, width=width, kind=_KINDS.get(check, "text"), optional=not required
    )


def _walk(components: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield the fields of one level of answers: a group without a path is only a frame."""
    for component in components:
        if component.get("components") is not None and not component.get("path"):
            yield from _walk(component["components"])
        elif name_of(component):
            yield component


def _plain(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
