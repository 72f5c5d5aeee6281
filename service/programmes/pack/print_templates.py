"""Print templates held against the forms whose answers they print: a misspelt word is found on loading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.documents.form_paper import WrongTemplate, make_form
from service.documents.packages import UnsafePackage, check_package
from service.documents.records import FormRecord
from service.programmes.pack.columns import DERIVED, components_of
from service.programmes.pack.paper import NOMINATION, TITLE, TITLE_WORDS
from service.programmes.pack.programme import Programme

PLACES = 9  #: opinions a paper may have room for


def find_wrong_templates(
    programme: Programme, forms: Mapping[str, Mapping[str, Any]], templates: Mapping[str, bytes]
) -> list[str]:
    """Return the templates that are missing, no Word file, or name what the form does not have."""
    problems = []
    for paper in programme.papers_of(NOMINATION, TITLE):
        place = f"forms/{programme.key}/{paper.template_name}"
        form = forms.get(paper.form or programme.record_form) or {}
        template = templates.get(paper.template_name)
        if template is None:
            if paper.template or paper.kind == TITLE:
                problems.append(f"{place}：没有这个打印模板（papers.{paper.key}.template）")
            continue
        words = DERIVED if paper.kind == NOMINATION else TITLE_WORDS
        fields = dict.fromkeys((*components_of(form), *words), "")
        try:
            check_package(template, "docx")
            make_form(FormRecord(fields=fields, opinions={}, places=PLACES), template)
        except (UnsafePackage, WrongTemplate) as wrong:
            problems.append(f"{place}：{wrong.message}")
    return problems
