"""The personal data of a nomination: consents, what the scanner found, files cleared, corrections, a copy."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, g, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _

from service.errors import Conflict, Forbidden, Invalid
from service.models import Nomination
from service.programmes.nomination import nominations, record
from service.programmes.privacy import (
    clearances,
    consents,
    copies,
    correctable,
    corrections,
    disclosures,
    file_readings,
    findings,
    handling_notices,
    quarantine,
    reviewers,
    subject,
)
from service.programmes.privacy.scanner import Kind
from service.web import downloads
from service.web.frame.errors import status_of
from service.web.task.tasks import read_answers
from service.workflow.context import Context

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flask.typing import ResponseReturnValue

pages = Blueprint("privacy_pages", __name__, url_prefix="/nominations")


@pages.get("/<int:nomination_id>/privacy")
def show(nomination_id: int) -> str:
    """Show what concerns the personal data of a nomination."""
    return _page(nominations.get_visible(g.ctx, nomination_id))


@pages.post("/<int:nomination_id>/consents/<int:consent_id>/withdraw")
def withdraw(nomination_id: int, consent_id: int) -> ResponseReturnValue:
    """Take a consent back."""
    return _act(
        nomination_id,
        lambda _nomination: consents.withdraw(g.ctx, consent_id, request.form.get("reason", "")),
        _("已登记撤回，此后不再公示、公布或提供；此前已发布的不受影响。"),
        opened=f"consent-{consent_id}",
    )


@pages.post("/<int:nomination_id>/consents/<int:consent_id>/again")
def give_again(nomination_id: int, consent_id: int) -> ResponseReturnValue:
    """Note that a withdrawn consent is given again."""
    return _act(
        nomination_id,
        lambda _nomination: consents.give_again(g.ctx, consent_id),
        _("已登记重新同意。"),
        opened=f"consent-{consent_id}",
    )


@pages.post("/<int:nomination_id>/consents/<kind>")
def give(nomination_id: int, kind: str) -> ResponseReturnValue:
    """Note a consent that was left unticked on the form."""

    def note(nomination: Nomination) -> None:
        told = handling_notices.keep(g.ctx, nomination.round)
        consents.give(g.ctx, nomination, kind, told.version)

    return _act(nomination_id, note, _("已登记同意。"), opened=f"consent-{kind}")


@pages.post("/<int:nomination_id>/findings/<fingerprint>")
def rule(nomination_id: int, fingerprint: str) -> ResponseReturnValue:
    """Rule on something the scanner found, for a reason."""
    reason, verdict = request.form.get("reason", ""), request.form.get("verdict", "")
    return _act(
        nomination_id,
        lambda nomination: findings.rule(g.ctx, nomination, fingerprint, reason, verdict),
        _("已记录您的认定。"),
        opened=f"finding-{fingerprint}",
    )


@pages.post("/<int:nomination_id>/files/<int:attachment_id>/declare")
def declare(nomination_id: int, attachment_id: int) -> ResponseReturnValue:
    """Declare that a file holds no secret."""
    return _act(
        nomination_id,
        lambda nomination: clearances.declare(g.ctx, nomination, attachment_id),
        _("已声明这个文件不涉密、不涉敏。"),
        opened="files",
    )


@pages.post("/<int:nomination_id>/files/<int:attachment_id>/clear")
def clear(nomination_id: int, attachment_id: int) -> ResponseReturnValue:
    """Tick a declared file as looked through."""
    note = request.form.get("note", "")
    return _act(
        nomination_id,
        lambda nomination: clearances.clear(g.ctx, nomination, attachment_id, note),
        _("已记录您对这个文件的脱密审查。"),
        opened="files",
    )


@pages.post("/<int:nomination_id>/corrections")
def ask_correction(nomination_id: int) -> ResponseReturnValue:
    """Ask for a correction."""
    form = request.form
    return _act(
        nomination_id,
        lambda nomination: corrections.ask(
            g.ctx, nomination, form.get("field", ""), form.get("value", ""), form.get("reason", "")
        ),
        _("更正申请已提交，等待主办单位办理。"),
        opened="correction",
    )


@pages.post("/<int:nomination_id>/corrections/<int:correction_id>")
def decide_correction(nomination_id: int, correction_id: int) -> ResponseReturnValue:
    """Make a correction or refuse it."""
    make, answer = request.form.get("decision") == "make", request.form.get("answer", "")
    rows = read_answers(request.form.get("answers", "")) if make and "answers" in request.form else {}
    return _act(
        nomination_id,
        lambda _nomination: corrections.decide(g.ctx, correction_id, make=make, answer=answer, rows=rows),
        _("更正已完成。") if make else _("已答复不予更正。"),
        opened=f"correction-{correction_id}",
    )


@pages.route("/<int:nomination_id>/copy", methods=["GET", "POST"])
def copy(nomination_id: int) -> ResponseReturnValue:
    """Give a copy of everything held about the nominee, to anybody but himself once it is said what for."""
    ctx: Context = g.ctx
    nomination = nominations.get_visible(ctx, nomination_id)
    copies.require_may_make(ctx, nomination)
    name, about = f"{copies.TITLE} {nomination.name}.zip", {"nomination": nomination.id}
    use = copies.find_own_use(ctx, nomination)
    if use is None and request.method == "GET":
        return downloads.show_form(name, about)
    try:
        use = use or disclosures.read_use(request.form)
    except Invalid as refused:
        return downloads.show_form(name, about, refused), 422
    data = copies.make(ctx, nomination, use)
    return send_file(io.BytesIO(data), mimetype="application/zip", as_attachment=True, download_name=name)


def _act(
    nomination_id: int, act: Callable[[Nomination], object], done: str, *, opened: str
) -> ResponseReturnValue:
    """Do something and return to the page, or show there what was refused, with what was typed."""
    ctx: Context = g.ctx
    try:
        act(nominations.get_visible(ctx, nomination_id))
    except (Invalid, Conflict, Forbidden) as refused:
        ctx.session.rollback()
        nomination = nominations.get_visible(ctx, nomination_id)
        return _page(nomination, refused, opened), status_of(refused)
    flash(done, "success")
    return redirect(url_for("privacy_pages.show", nomination_id=nomination_id))


def _page(
    nomination: Nomination, refused: Invalid | Conflict | Forbidden | None = None, opened: str = ""
) -> str:
    ctx: Context = g.ctx
    form_fields = subject.list_fields(ctx, nomination)
    correctable_fields = correctable.list_fields(ctx, nomination)
    files = clearances.list_of(ctx, nomination)
    return render_template(
        "privacy/show.html",
        nomination=nomination,
        consents=consents.list_of(ctx, nomination),
        open_consents=consents.list_open(ctx, nomination),
        may_withdraw=consents.may_withdraw(ctx, nomination),
        findings=findings.find(ctx, nomination),
        may_rule=findings.may_rule(ctx, nomination),
        files=files,
        held=quarantine.find_held(ctx, nomination, [entry.file for entry in files]),
        may_declare=clearances.may_declare(ctx, nomination),
        may_clear=reviewers.is_reviewer(ctx, nomination),
        has_review=reviewers.has_review(ctx, nomination),
        corrections=corrections.list_of(ctx, nomination),
        may_decide=corrections.may_decide(ctx, nomination),
        fields=[(field.key, _name(field)) for field in correctable_fields],
        lists=_lists(nomination, correctable_fields),
        judged_otherwise=corrections.find_judged_otherwise(ctx, nomination),
        labels={one.key: one.label for one in correctable_fields}
        | {field.key: field.label for field in form_fields},
        sensitive={field.key for field in form_fields if field.is_sensitive},
        disclosures=disclosures.list_of(ctx, nomination),
        taking_words=downloads.taking_words(),
        consent_words=consent_words(),
        kind_words=kind_words(),
        verdict_words=verdict_words(),
        hits_of=file_readings.hits_of,
        needs_person=file_readings.needs_person,
        problem_words=problem_words(),
        refused=refused,
        opened=opened,
        given=request.form if refused else {},
    )


def _name(field: correctable.Field) -> str:
    return _("%(field)s（写明如何更正）", field=field.label) if field.is_list else field.label


def _lists(nomination: Nomination, fields: Sequence[correctable.Field]) -> dict[str, dict[str, Any]]:
    """Return the form and the rows of each list, for whoever puts one right on a request."""
    answers = record.answers_of(g.ctx, nomination)
    return {
        field.key: {
            "schema": {"type": "default", "components": [field.component]},
            "data": {field.key: answers.get(field.key) or []},
        }
        for field in fields
        if field.is_list
    }


def consent_words() -> dict[str, str]:
    """Return what the kinds of consent are called."""
    return {
        "publication": _("公示和公布"),
        "provision": _("向其他单位提供"),
        "forwarding": _("向上推报"),
        "sensitive": _("处理敏感个人信息"),
    }


def problem_words() -> dict[str, str]:
    """Return why the contents of a file were not, or not all, read."""
    return {
        "encrypted": _("设有打开密码，读不出来"),
        "no-text": _("里面没有文字，可能是扫描件"),
        "cut": _("太长，只读了前面一部分"),
        "damaged": _("内容损坏或不规范，读不出来"),
        "slow": _("内容过于复杂，没有读完"),
    }


def kind_words() -> dict[str, str]:
    """Return what the kinds of findings are called."""
    return {Kind.ID_NUMBER: _("身份证号"), Kind.PHONE: _("电话号码"), Kind.WORD: _("涉敏词")}


def verdict_words() -> dict[str, str]:
    """Return what may be decided about a finding."""
    return {
        findings.Verdict.FALSE_ALARM: _("误报"),
        findings.Verdict.CHANGED: _("已改"),
        findings.Verdict.PUBLISHABLE: _("可公开"),
    }
