"""What a person does with the pages, in his words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from playwright.sync_api import TimeoutError as NotInTime

from service.programmes.demo import made_up
from service.programmes.demo.demonstration import PASSWORD

FLAWS = (Path(__file__).parent / "flaws.js").read_text(encoding="utf-8")
PATIENCE = 60  #: seconds for an answer, where other tests take all processors
PRESSES = 3  #: of a button, as a page that still scrolls swallows one
expect.set_options(timeout=PATIENCE * 1000)


class Visitor:
    """Somebody at a browser."""

    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        self.base = base
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def log_in(self, who: str) -> None:
        self.go("/login")
        self.page.fill("input[name=login]", who)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.press("input[name=password]", "Enter")
        self.page.wait_for_url(re.compile(r"^(?!.*/login)"))

    def go(self, path: str) -> None:
        self.page.goto(self.base + path)

    def open_task(self, who: str, step: str) -> None:
        """Open the task of a step about somebody, from the inbox."""
        self.go(f"/?text={who}")
        row = self.page.locator("tr", has_text=who).filter(has_text=step).first
        row.get_by_role("link", name="办理").click()
        expect(self.page.locator("#task-form")).to_be_visible()

    def has_task(self, who: str, step: str) -> bool:
        """Say whether the inbox lists a step about somebody."""
        self.go(f"/?text={who}")
        return self.page.locator("tr", has_text=who).filter(has_text=step).count() > 0

    def fill(self, label: str, value: str) -> None:
        self._field(label).fill(value)

    def fill_date(self, label: str, day: str) -> None:
        """Write a date and leave its field, as typing on does."""
        field = self._field(label)
        field.fill(day)
        field.press("Tab")
        self.page.wait_for_timeout(400)

    def choose(self, label: str, option: str) -> None:
        """Choose from one of the form's own drop-downs."""
        title = self.page.locator("label", has_text=re.compile(rf"^{re.escape(label)}"))
        field = self.page.locator(".fjs-form-field", has=title)
        field.locator(".fjs-input-group").click()
        search = field.locator("input[type=text]:visible")
        if search.count():
            search.fill(option)
        field.locator(".fjs-dropdownlist-item", has_text=re.compile(rf"^{option}$")).first.click()

    def wait_for_task(self, who: str, step: str) -> None:
        """Wait until the scheduler has brought a step about somebody."""
        for _ in range(PATIENCE * 4):
            if self.has_task(who, step):
                return
            self.page.wait_for_timeout(250)
        raise AssertionError(f"{step} never came for {who}")

    def wait_for_text(self, path: str, text: str) -> None:
        """Look at a page again and again until the scheduler has brought a text about."""
        for _ in range(PATIENCE * 4):
            self.go(path)
            if self.page.get_by_text(text).count():
                return
            self.page.wait_for_timeout(250)
        raise AssertionError(f"{text} never came to {path}")

    def tick(self, *labels: str) -> None:
        for label in labels:
            self._tick(self._field(label))

    def tick_everything(self) -> None:
        for box in self.page.locator("#task-form .fjs-form input[type=checkbox]").all():
            self._tick(box)

    def upload(self, slot: str, *files: Path) -> None:
        widget = self.page.locator(f"[data-upload][data-slot={slot}]")
        for number, file in enumerate(files, start=1):
            widget.locator("input[type=file]").set_input_files(file)
            expect(widget.locator(".upload-file:not(.is-pending)")).to_have_count(number)

    def decide(self, outcome: str) -> None:
        """Press an outcome's button, confirm if asked, and wait for the answer."""
        form = self.page.locator("#task-form")
        for _ in range(PRESSES):
            form.get_by_role("button", name=outcome, exact=True).click()
            self._confirm()
            if self._is_gone(form):
                return
        raise AssertionError(f"{outcome} was not accepted:\n{self.text()}")

    def press_until(self, address: str, press: Callable[[], None]) -> None:
        """Press, again where a page that still settles swallows it, until the address (glob) is there."""
        for _ in range(PRESSES):
            press()
            try:
                self.page.wait_for_url(address, timeout=PATIENCE * 1000 / PRESSES)
            except NotInTime:
                continue
            return
        raise AssertionError(f"{address} did not come:\n{self.text()}")

    def move_clock_to(self, day: str) -> None:
        """Move the demonstration to 24:00 of a day (ISO)."""
        self.page.locator(".demo-clock-date > summary").click()
        self.page.fill("input[name=day]", day)
        self.page.get_by_role("button", name="拨到当天 24:00").click()
        self.page.wait_for_load_state()

    def move_clock_to_next(self) -> None:
        self.page.get_by_role("button", name="到下一件到期的事").click()
        self.page.wait_for_load_state()

    def find_flaws(self) -> dict[str, list[str]]:
        """Return what is wrong with how the page looks and reads, by kind."""
        flaws: dict[str, list[str]] = self.page.evaluate(FLAWS)
        return flaws

    def text(self) -> str:
        return self.page.locator("body").inner_text()

    def _tick(self, box: Locator) -> None:
        for _ in range(PRESSES):
            if box.is_checked():
                return
            box.click()
        expect(box).to_be_checked()

    def _field(self, label: str) -> Locator:
        return self.page.get_by_label(re.compile(rf"^{re.escape(label)}"))

    def _is_gone(self, form: Locator) -> bool:
        try:
            expect(form).to_have_count(0, timeout=PATIENCE * 1000 / PRESSES)
        except AssertionError:
            return False
        return True

    def _confirm(self) -> None:
        yes = self.page.locator("dialog.xs-dialog button[value=yes]")
        if yes.count():
            yes.click()


def write_photos(folder: Path) -> list[Path]:
    """Write the three photos the notice asks for."""
    paths = [folder / f"photo{number}.jpg" for number in range(3)]
    for path in paths:
        path.write_bytes(made_up.photo())
    return paths


Visit = Callable[..., Visitor]


@contextmanager
def open_browsers(browser: Browser, address: str) -> Iterator[Visit]:
    """Let anybody visit an address in a browser of his own, logged in where a name is given."""
    contexts: list[BrowserContext] = []

    def visit(who: str = "", *, width: int = 1280) -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, locale="zh-CN", reduced_motion="reduce"
        )
        context.set_default_timeout(PATIENCE * 1000)
        contexts.append(context)
        visitor = Visitor(context.new_page(), address)
        if who:
            visitor.log_in(who)
        return visitor

    yield visit
    for context in contexts:
        context.close()
