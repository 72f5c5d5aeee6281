"""What the next nomination is judged by: the newest version, and which of its tables were edited here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from service.programmes.pack.packs import Pack
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.instance import decisions


def files(ctx: Context, pack: Pack) -> dict[str, bytes]:
    """Return the .dmn files in force: those of the newest version, else the pack's."""
    newest = deployments.find_newest(ctx, pack.key)
    return decisions.files_of(ctx, newest) if newest is not None else dict(pack.decisions)


def diagram_and_forms(ctx: Context, pack: Pack) -> tuple[bytes, Mapping[str, dict[str, Any]]]:
    """Return the diagram in force with its forms."""
    newest = deployments.find_newest(ctx, pack.key)
    if newest is None:
        return pack.diagram, pack.forms
    return newest.xml, deployments.forms_of(ctx, newest)


def edited_files(ctx: Context, pack: Pack) -> dict[str, str]:
    """Return the files in force that were edited in the browser, with the hash of the pack's they replace."""
    newest = deployments.find_newest(ctx, pack.key)
    return decisions.edited_in(ctx, newest) if newest is not None else {}


def with_edited(ctx: Context, pack: Pack) -> Pack:
    """Return a pack whose tables are as somebody last edited them in the browser.

    What is published with a diagram: a file edited there is never lost to the pack's, not even when a
    newer pack is installed; only who edits it may take the pack's again.
    """
    edited = edited_files(ctx, pack)
    if not edited:
        return pack
    now = files(ctx, pack)
    return replace(pack, decisions={**pack.decisions, **{file: now[file] for file in edited}})
