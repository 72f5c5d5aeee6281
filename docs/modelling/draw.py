"""Draw the examples: every examples/*.bpmn becomes pictures/<name>.png. Run it after changing one.

    .venv/bin/python docs/modelling/draw.py

It needs Chromium and ``make assets`` (for bpmn-js).
"""

from __future__ import annotations

import io
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
LIBRARY = HERE.parents[1] / "frontend/node_modules/bpmn-js/dist"
VIEWER = LIBRARY / "bpmn-navigated-viewer.production.min.js"
COLOURS = 24

STYLE = """<!doctype html><meta charset="utf-8"><style>
body { margin: 12px; background: #fff } #canvas { width: 1200px; height: 900px } svg { display: block }
text { font-family: "Noto Sans CJK SC", sans-serif !important }</style>"""

DRAW = """async xml => {
  const viewer = new BpmnJS({ container: '#canvas' });
  await viewer.importXML(xml);
  return (await viewer.saveSVG()).svg;
}"""


def draw(page: Page, source: Path, target: Path) -> None:
    """Draw one diagram at its own size."""
    page.set_content(STYLE + '<div id="canvas"></div>')
    page.add_script_tag(path=VIEWER)
    svg = page.evaluate(DRAW, source.read_text(encoding="utf-8"))
    page.set_content(STYLE + svg[svg.index("<svg") :])
    picture = Image.open(io.BytesIO(page.locator("svg").first.screenshot())).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(target, optimize=True)


def main() -> None:
    """Draw them all."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1300, "height": 1000})
        for source in sorted((HERE / "examples").glob("*.bpmn")):
            draw(page, source, HERE / "pictures" / f"{source.stem}.png")
        browser.close()


if __name__ == "__main__":
    main()
