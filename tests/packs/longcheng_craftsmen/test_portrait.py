"""N52: “正面免冠彩色近照（2 寸）”, handed in as JPEG and looked at by the organiser."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from service.errors import Invalid
from service.programmes.demo.demo_file import read_demo
from service.programmes.nomination import attachments, screening
from tests.programmes.review.panel_story import PanelStory

WORDS = "通知：“正面免冠彩色近照（2 寸）”（N52）。"
VERIFIED = {"sound": True, "employed": True, "portrait": True}


def test_n52_application_without_the_photo_is_refused_in_the_notices_words(
    panel: PanelStory, monkeypatch: pytest.MonkeyPatch
) -> None:
    applied = panel.start("wujin-1", "craftsman", by="jiceng")
    monkeypatch.setattr(panel, "attach", lambda _nomination_id: None)

    with pytest.raises(Invalid) as refused:
        panel.hand_in(applied, by="jiceng", category="craftsman", **read_demo(panel.pack.demo).answers)

    [told] = refused.value.fields.values()
    assert told.endswith(WORDS)
    assert panel.waits_at(applied) == ["fill_in_form"]


def test_n52_png_is_refused_in_the_notices_words(panel: PanelStory) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (413, 579), "white").save(picture, "PNG")

    with pytest.raises(Invalid) as refused:
        attachments.check(panel.pack.programme.slots["portrait"], "1.png", picture.getvalue())

    assert refused.value.message.endswith(WORDS)


def test_n52_nobody_passes_the_form_check_unless_the_photo_was_looked_at(panel: PanelStory) -> None:
    """A number of its own: a tick under N52 would stand beside what the slot found."""
    applied = panel.apply()

    with pytest.raises(Invalid) as refused:
        panel.complete(applied, "form_check", "pass", **VERIFIED | {"portrait": False})
    panel.complete(applied, "form_check", "pass", **VERIFIED)

    with panel.wiring.reading() as ctx:
        found = {f.rule: f for f in screening.list_findings(ctx, panel.read(applied))}
    assert list(refused.value.fields) == ["portrait"]
    assert (found["N52"].result, found["N52"].measured) == ("PASS", "正面免冠彩色近照（2寸） 1 个")
    assert (found["N52b"].result, found["N52b"].message) == ("PASS", "已核实：正面免冠彩色近照（2寸）。")
