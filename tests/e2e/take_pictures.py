"""Takes the READMEs' picture of a fresh demonstration: ``python -m tests.e2e.take_pictures [address]``."""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, expect, sync_playwright

from tests.e2e.conftest import find_chromium
from tests.e2e.visitor import Visitor

PICTURE = Path(__file__).parents[2] / "docs/pictures/inbox-and-diagram.png"
WORKPLACE, DISTRICT = "tuanzhibu", "liyang"
DESK, TALL = (900, 600), (758, 1000)  # the diagram is as high as its window lets it be
GAP = 16


def take_inbox(browser: Browser, address: str) -> Image.Image:
    """Return the inbox of a workplace's league branch, the clock above it."""
    return _read(_log_in(browser, address, WORKPLACE, DESK).page.screenshot())


def take_diagram(browser: Browser, address: str) -> Image.Image:
    """Return the diagram with the token where a nomination stands: at its district, a few steps in."""
    visitor = _log_in(browser, address, DISTRICT, TALL)
    visitor.page.get_by_role("link", name="办理").first.click()
    visitor.page.locator(".page-header").get_by_role("link", name="流程图").click()
    card = visitor.page.locator(".card", has_text="办到哪一步").first
    expect(card.locator(".djs-container svg").first).to_be_visible()
    visitor.page.wait_for_load_state("networkidle")
    return _read(card.screenshot()).crop((0, 0, 742, DESK[1]))


def join(left: Image.Image, right: Image.Image) -> Image.Image:
    """Set two pictures side by side."""
    whole = Image.new("RGB", (left.width + GAP + right.width, max(left.height, right.height)), "white")
    whole.paste(left, (0, 0))
    whole.paste(right, (left.width + GAP, 0))
    return whole


def _log_in(browser: Browser, address: str, who: str, size: tuple[int, int]) -> Visitor:
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", reduced_motion="reduce"
    )
    visitor = Visitor(context.new_page(), address)
    visitor.log_in(who)
    return visitor


def _read(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


def main(address: str) -> None:
    """Take the picture anew."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        join(take_inbox(browser, address), take_diagram(browser, address)).save(PICTURE, optimize=True)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
