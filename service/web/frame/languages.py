"""The language of a page: the user's choice, else the browser's, else Chinese, as the source has it."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, request, session
from flask_babel import Babel

LANGUAGES = {"zh": "中文", "en": "English"}
TRANSLATIONS = Path(__file__).parents[1] / "translations"


def register(app: Flask) -> None:
    """Switch translations on."""
    Babel(
        app,
        default_locale="zh",
        default_translation_directories=str(TRANSLATIONS),
        locale_selector=choose,
    )
    app.jinja_env.globals["languages"] = LANGUAGES
    app.jinja_env.globals["current_language"] = choose


def choose() -> str:
    """Return the language of this request."""
    chosen = session.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    return request.accept_languages.best_match(list(LANGUAGES), default="zh") or "zh"
