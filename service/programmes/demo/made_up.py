"""Made-up people and answers, for demonstrations and rehearsals. Nothing here is anybody's."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from docx import Document
from openpyxl import Workbook
from PIL import Image

from service.programmes.demo.demo_file import Names
from service.programmes.form.fields import name_of
from service.programmes.rule import identity_number

#: sequences of identity numbers that are given to nobody in a region that is given to nobody
_SEQUENCES = {"女": 0, "男": 1}
_RARE_EVERY = 40
#: kinds of fields whose answer is a list
_LISTS = ("checklist", "taglist", "dynamiclist")
_DEEDS = "在岗位上钻研技术，带领班组改进工艺，提出合理化建议，坚持安全生产，热心志愿服务。"


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who does not exist."""

    name: str
    sex: str
    birth_date: date
    id_number: str
    phone: str
    post: str


def people(names: Names, *, seed: int = 1) -> Iterator[Person]:
    """Yield people born between the two days of ``names``; the same for the same seed.

    Each has an identity number of his own.
    """
    chance = random.Random(seed)  # noqa: S311 - names, not secrets
    first, last = names.born_after, names.born_before
    days = [first + timedelta(days=n) for n in range(1, (last - first).days)]
    chance.shuffle(days)
    for number, (birth, sex) in enumerate((day, sex) for sex in ("男", "女") for day in days):
        rare = names.rare and number % _RARE_EVERY == _RARE_EVERY - 1
        plain = chance.choice(names.surnames) + chance.choice(names.given)
        yield Person(
            name=chance.choice(names.rare) if rare else plain,
            sex=sex,
            birth_date=birth,
            id_number=identity_number.make(names.identity_region, birth, _SEQUENCES[sex]),
            phone=f"0000-{number:07d}",
            post=chance.choice(names.posts),
        )


def answer(schema: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in a form: ``known`` answers by key, and something acceptable for every other required field."""
    answers: dict[str, Any] = {}
    for component in schema.get("components", ()):
        key = name_of(component)
        if not key:
            continue
        if key in known and _suits(component, known[key]):
            answers[key] = known[key]
        elif component.get("validate", {}).get("required") and "hide" not in component.get("conditional", {}):
            answers[key] = _something(component, known)
    return answers


def explain(*, asked: bool) -> dict[str, Any]:
    """Return what is answered where a rule reminds and the form asks why he is passed on."""
    return {"stated_reason": "材料已核对，情况属实，确需推荐。"} if asked else {}


def answer_as(person: Person, category: str, workplace: str) -> dict[str, Any]:
    """Return what a person would write into the fields a nomination's record is made of."""
    return {
        "name": person.name,
        "sex": person.sex,
        "ethnicity": "汉族",
        "birth_month": f"{person.birth_date:%Y-%m}",
        "education": "大学本科",
        "political_status": "群众",
        "phone": person.phone,
        "id_number": person.id_number,
        "category": category,
        "workplace_and_post": f"{workplace}{person.post}",
        "workplace": workplace,
        "post": person.post,
        "achievements": "",
        "honours": [],
        "deeds": (_DEEDS * 9)[:300],
    }


@cache
def contact_of(code: str) -> dict[str, str]:
    """Return how a made-up unit is reached when it publishes."""
    return {
        "phone": "0000-0000000",
        "email": f"{code}@example.invalid",
        "address": "演示市演示路 1 号",
    }


def photo() -> bytes:
    """Return a JPEG of noise that is larger than the notice's 1M."""
    noise = random.Random(1).randbytes(1000 * 1400 * 3)  # noqa: S311 - a picture, not a secret
    picture = Image.frombytes("RGB", (1000, 1400), noise)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def file_for(types: Sequence[str]) -> tuple[str, bytes]:
    """Return the suffix and the bytes of a file for a slot of these media types, a photo where it may."""
    for media_type, (suffix, make) in _FILES.items():
        if media_type in types:
            return suffix, make()
    raise ValueError(f"no made-up file for {', '.join(types)}")


def paper(filename: str, text: str) -> bytes:
    """Return a file that holds a text: a PDF (letters and digits alone) or a Word document, by its name."""
    if filename.lower().endswith(".pdf"):
        return _write_pdf(text)
    document, buffer = Document(), io.BytesIO()
    document.add_paragraph(text)
    document.save(buffer)
    return buffer.getvalue()


def _write_pdf(text: str) -> bytes:
    shown = text.replace("\\", "").replace("(", "").replace(")", "")
    drawn = f"BT /F1 14 Tf 72 720 Td ({shown}) Tj ET".encode("ascii")
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    written, places = b"%PDF-1.4\n", []
    for number, held in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj%s\nendobj\n" % (number, held)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(written))
    return written + head + table + tail


def _picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (400, 300), "white").save(buffer, "PNG")
    return buffer.getvalue()


def _portable() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (400, 300), "white").save(buffer, "PDF")
    return buffer.getvalue()


def _document() -> bytes:
    buffer = io.BytesIO()
    Document().save(buffer)
    return buffer.getvalue()


def _sheet() -> bytes:
    buffer = io.BytesIO()
    Workbook().save(buffer)
    return buffer.getvalue()


def _plain() -> bytes:
    return "情况说明".encode()


#: what is handed in to a slot, the first that it takes
_FILES: Mapping[str, tuple[str, Callable[[], bytes]]] = {
    "image/jpeg": ("jpg", photo),
    "image/png": ("png", _picture),
    "application/pdf": ("pdf", _portable),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ("docx", _document),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("xlsx", _sheet),
    "text/plain": ("txt", _plain),
}


def _suits(component: Mapping[str, Any], value: Any) -> bool:
    """Whether a made-up answer may stand in a field: one programme lists its honours, another writes them."""
    return isinstance(value, list) == (component["type"] in _LISTS)


def _something(component: Mapping[str, Any], known: Mapping[str, Any]) -> Any:
    kind = component["type"]
    if kind in ("select", "radio"):
        return component["values"][0]["value"]
    if kind in ("checklist", "taglist"):
        return [component["values"][0]["value"]]
    plain: dict[str, Any] = {
        "checkbox": True,
        "number": component.get("validate", {}).get("min", 0),
        "datetime": known.get("today", "2024-01-01"),
        "dynamiclist": [],
    }
    return plain.get(kind, "同意。情况属实，予以推荐。")
