"""The page on which the organiser changes the matrix of a round's places: cells, sums, and the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from service.errors import Conflict, Forbidden, Invalid, NotFound, ServiceError
from service.models import Round, Unit
from service.programmes import wiring
from service.programmes.pack.quota_matrix import Difference
from service.programmes.round import quota_changes, quotas, rounds
from service.programmes.round.quota_changes import Cell
from service.web.frame.errors import status_of
from service.web.frame.numbers import is_number
from service.workflow.context import Context

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

pages = Blueprint("quota_matrix_pages", __name__, url_prefix="/rounds")

DIGITS = 6


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The matrix as it is shown: what stands in the fields, and what it sums up to."""

    rows: Sequence[tuple[Unit, Mapping[str, quotas.Cell]]]
    categories: Mapping[str, str]
    texts: Mapping[str, str]  #: what stands in each field
    by_unit: Mapping[int, int]
    differences: Mapping[str, Difference]  #: 差额 by category
    printed: Mapping[str, int]  #: what the annex printed, by category

    @property
    def total(self) -> int:
        """All places as they stand in the fields."""
        return sum(self.by_unit.values())

    @property
    def awarded(self) -> int:
        """All titles."""
        return sum(one.awarded for one in self.differences.values())


@pages.get("/<int:round_id>/places/matrix")
def show(round_id: int) -> str:
    """Show the matrix to be changed."""
    return _page(_round(round_id), {}, None)


@pages.post("/<int:round_id>/places/matrix")
def change(round_id: int) -> ResponseReturnValue:
    """Change the matrix, or only sum up what was typed (``action=check``)."""
    ctx: Context = g.ctx
    entry = _round(round_id)
    try:
        cells = _read_cells(ctx, entry)
        if request.form.get("action") == "check":
            return _page(entry, request.form, None)
        changed = quota_changes.change(ctx, entry, cells, request.form.get("reason", ""))
    except (Invalid, Conflict) as refused:
        ctx.session.rollback()
        return _page(_round(round_id), request.form, refused), status_of(refused)
    flash(_("已调整 %(num)s 格名额，记入历史。", num=changed), "success")
    return redirect(url_for("quota_matrix_pages.show", round_id=round_id))


def _round(round_id: int) -> Round:
    ctx: Context = g.ctx
    entry = rounds.get(ctx, round_id)
    if not quota_changes.may_change(ctx, entry):
        raise Forbidden(_("只有主办单位可以调整名额分配。"))
    if not quota_changes.is_matrix(ctx, entry):
        raise NotFound(_("这个活动的名额不按分配表，不能逐格调整。"))
    return entry


def _read_cells(ctx: Context, entry: Round) -> list[Cell]:
    """Read the cells that were posted; one that is no number is told at its field."""
    found, wrong = [], {}
    for unit, row in quota_changes.list_rows(ctx, entry):
        for category in row:
            field = f"cell-{unit.id}-{category}"
            if field not in request.form:
                continue
            places, was = request.form[field].strip(), request.form.get(f"was-{unit.id}-{category}", "")
            if not (is_number(places) and is_number(was) and max(len(places), len(was)) <= DIGITS):
                wrong[field] = _("请填写 0 或更大的整数")
                continue
            found.append(Cell(unit_id=unit.id, category=category, was=int(was), places=int(places)))
    if wrong:
        raise Invalid(_("名额没有调整，请改正后再提交。"), fields=wrong)
    return found


def _page(entry: Round, given: Mapping[str, str], refused: ServiceError | None) -> str:
    ctx: Context = g.ctx
    return render_template(
        "rounds/matrix.html",
        round=entry,
        sheet=_draw(ctx, entry, given),
        changes=quota_changes.list_changes(ctx, entry),
        zone=wiring.pack_of(ctx, entry).programme.zone,
        is_checked=bool(given) and refused is None,
        given=given,
        refused=refused,
    )


def _draw(ctx: Context, entry: Round, given: Mapping[str, str]) -> Sheet:
    pack = wiring.pack_of(ctx, entry)
    rows = quota_changes.list_rows(ctx, entry)
    texts = {
        field: given.get(field, str(cell.places))
        for unit, row in rows
        for category, cell in row.items()
        for field in [f"cell-{unit.id}-{category}"]
    }
    numbers = {field: int(text) if is_number(text.strip()) else 0 for field, text in texts.items()}
    categories = {key: category.name for key, category in pack.programme.categories.items()}
    return Sheet(
        rows=rows,
        categories=categories,
        texts=texts,
        by_unit={unit.id: sum(numbers[f"cell-{unit.id}-{key}"] for key in row) for unit, row in rows},
        differences={
            key: Difference(
                nominated=sum(numbers[f"cell-{unit.id}-{key}"] for unit, _row in rows),
                awarded=pack.programme.places_of(key),
            )
            for key in categories
        },
        printed={key: sum(row.get(key, 0) for row in pack.quotas.places.values()) for key in categories},
    )
