"""附件2 推荐表: a nomination printed back on the paper form, opinions in their cells."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import Any

from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage, Listing
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from service.documents.records import OpinionRecord, RecommendationRecord

PHOTO_SIZE = (Mm(35), Mm(49))  # 两寸
NO_DATE = "年    月    日"
NEW_PARAGRAPH = "\a"  # as docxtpl has it
# what XML cannot hold; newlines and tabs stay
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def make_recommendation(record: RecommendationRecord, template: bytes) -> bytes:
    """Fill the programme's template (forms/…/recommendation.docx) and return the .docx.

    The template may be edited in Word; its fields are those of the record. Texts are escaped and never
    read as template code; a field the template misspells is an error, not a blank.
    """
    document = DocxTemplate(io.BytesIO(template))
    document.init_docx()
    fields = _fields(record)
    fields["photo"] = _photo(document, record.photo)
    document.render(fields, jinja_env=_environment(), autoescape=True)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _environment() -> SandboxedEnvironment:
    return SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)


def _fields(record: RecommendationRecord) -> dict[str, Any]:
    lines = {
        "name": record.name,
        "sex": record.sex,
        "ethnicity": record.ethnicity,
        "birth_month": record.birth_month,
        "education": record.education,
        "political_status": record.political_status,
        "phone": record.phone,
        "id_number": record.id_number,
        "category": record.category,
        "workplace_and_post": record.workplace_and_post,
        "honours": record.honours,
        "deeds": record.deeds,
    }
    fields: dict[str, Any] = {key: _text(value) for key, value in lines.items()}
    fields["league"] = _opinion(record.league_opinion)
    fields["workplace"] = _opinion(record.workplace_opinion)
    fields["recommender"] = _opinion(record.recommender_opinion)
    return fields


def _opinion(opinion: OpinionRecord) -> dict[str, Any]:
    words = [f"推荐理由：{opinion.reason}"] if opinion.reason else []
    words += [opinion.text] if opinion.text else []
    return {
        "text": _text("\n".join(words)),
        "signer": _text(f"签字：{opinion.signer}" if opinion.signer else ""),
        "day": write_day(opinion.day),
    }


def write_day(day: date | None) -> str:
    """Write a date as papers carry it; without one, the place to write it by hand."""
    return NO_DATE if day is None else f"{day.year}年{day.month}月{day.day}日"


def clean_text(text: str) -> str:
    """Return text that a Word file can hold, lines ended by a newline."""
    return _ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _text(text: str) -> Listing:
    return Listing(clean_text(text).replace("\n", NEW_PARAGRAPH))


def _photo(document: DocxTemplate, photo: bytes | None) -> InlineImage | str:
    if photo is None:
        return "电子照片"
    width, height = PHOTO_SIZE
    return InlineImage(document, io.BytesIO(photo), width=width, height=height)
