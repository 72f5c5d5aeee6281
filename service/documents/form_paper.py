"""A nomination printed back on the programme's paper form, opinions in their cells."""

from __future__ import annotations

import io
from typing import Any

from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage, Listing
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from service.documents.records import FormRecord, OpinionRecord
from service.documents.word import add_code, add_watermark, clean_text, write_day
from service.errors import Invalid

PHOTO_SIZE = (Mm(35), Mm(49))  # 两寸
NEW_PARAGRAPH = "\a"  # as docxtpl has it


class WrongTemplate(Invalid):
    """A print template names what the form does not have."""


def make_form(record: FormRecord, template: bytes) -> bytes:
    """Fill a programme's template (forms/…/*.docx) and return the .docx.

    The template may be edited in Word. It names the form's keys, ``photo``, ``signed_on``, and
    ``opinion_1.text``, ``.signer`` and ``.day``. Texts are escaped and never read as template code; a word
    the template misspells is an error, not a blank.
    """
    document = DocxTemplate(io.BytesIO(template))
    document.init_docx()
    words: dict[str, Any] = {key: _text(value) for key, value in record.fields.items()}
    for place in range(1, record.places + 1):
        words[f"opinion_{place}"] = _opinion(record.opinions.get(place, OpinionRecord()))
    words["photo"] = _photo(document, record.photo)
    words.setdefault("signed_on", write_day(record.signed_on))
    environment = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    try:
        document.render(words, jinja_env=environment, autoescape=True)
    except TemplateError as wrong:
        raise WrongTemplate(f"打印模板写法有误：{wrong.message}。请核对模板里花括号中的名称。") from wrong
    add_code(document.docx, record.code)
    add_watermark(document.docx, record.watermark)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _opinion(opinion: OpinionRecord) -> dict[str, Any]:
    return {
        "text": _text(opinion.text),
        "signer": _text(f"签字：{opinion.signer}" if opinion.signer else ""),
        "day": write_day(opinion.day),
    }


def _text(text: str) -> Listing | str:
    # an empty Listing would be true where a template asks
    return "" if not text else Listing(clean_text(text).replace("\n", NEW_PARAGRAPH))


def _photo(document: DocxTemplate, photo: bytes | None) -> InlineImage | str:
    if photo is None:
        return "电子照片"
    width, height = PHOTO_SIZE
    return InlineImage(document, io.BytesIO(photo), width=width, height=height)
