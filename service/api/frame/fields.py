"""Fields that several schemas share."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

MAX_ID = 2**63 - 1
MAX_PAGE = 100_000
_YEARS = range(1970, 3000)
_DAY_END = re.compile(r"T24:00(?::00(?:\.0+)?)?(?=[Z+-])")


def string(length: int, description: str, **options: Any) -> fields.String:
    """Return a text that fits its column."""
    return fields.String(
        validate=validate.Length(max=length), metadata={"description": description}, **options
    )


def row_id(description: str, **options: Any) -> fields.Integer:
    """Return the id of a row."""
    return fields.Integer(
        strict=True,
        validate=validate.Range(min=1, max=MAX_ID),
        metadata={"description": description},
        **options,
    )


class Moment(fields.AwareDateTime):
    """An aware moment. 24:00, as notices write the end of a day, is the next day's beginning."""

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return super()._serialize(value.astimezone(UTC) if value else None, attr, obj, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        day_ends = isinstance(value, str) and _DAY_END.search(value)
        moment = super()._deserialize(
            _DAY_END.sub("T00:00", value) if day_ends else value, attr, data, **kwargs
        )
        assert isinstance(moment, datetime)
        _check_year(moment)
        return moment + timedelta(days=1) if day_ends else moment


def moment(description: str, **options: Any) -> Moment:
    """Return an aware moment, given in any zone, shown in UTC."""
    return Moment(format="iso", metadata={"description": description}, **options)


def choice(values: list[str], description: str, **options: Any) -> fields.String:
    """Return one of several words."""
    return fields.String(validate=validate.OneOf(values), metadata={"description": description}, **options)


class PageQuery(Schema):
    """Which page of a list."""

    page = fields.Integer(
        load_default=1,
        validate=validate.Range(min=1, max=MAX_PAGE),
        metadata={"description": "第几页，从 1 开始"},
    )


def _check_year(value: datetime) -> None:
    if value.year not in _YEARS:
        raise ValidationError("年份超出范围")
