"""The personal data of a nomination: consents, what the scanner found, files cleared, corrections, a copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from service.errors import Conflict, Forbidden, Invalid
from service.models import Nomination
from service.programmes.nomination import nominations
from service.programmes.privacy import consents, findings
from service.programmes.privacy.scanner import Kind
from service.web.frame.errors import status_of
from service.workflow.context import Context

if TYPE_CHECKING:
    from collections.abc import Callable

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


@pages.post("/<int:nomination_id>/findings/<fingerprint>")
def rule(nomination_id: int, fingerprint: str) -> ResponseReturnValue:
    """Let something the scanner found stand, for a reason."""
    return _act(
        nomination_id,
        lambda nomination: findings.rule(g.ctx, nomination, fingerprint, request.form.get("reason", "")),
        _("已记录保留的理由。"),
        opened=f"finding-{fingerprint}",
    )


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
    return render_template(
        "privacy/show.html",
        nomination=nomination,
        consents=consents.list_of(ctx, nomination),
        may_withdraw=consents.may_withdraw(ctx, nomination),
        findings=findings.find(ctx, nomination),
        may_rule=findings.may_rule(ctx, nomination),
        consent_words=consent_words(),
        kind_words=kind_words(),
        refused=refused,
        opened=opened,
        given=request.form if refused else {},
    )


def consent_words() -> dict[str, str]:
    """Return what the kinds of consent are called."""
    return {
        "publication": _("公示和公布"),
        "provision": _("向其他单位提供"),
        "sensitive": _("处理敏感个人信息"),
    }


def kind_words() -> dict[str, str]:
    """Return what the kinds of findings are called."""
    return {Kind.ID_NUMBER: _("身份证号"), Kind.PHONE: _("电话号码"), Kind.WORD: _("涉敏词")}
