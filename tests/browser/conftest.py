"""One Chromium and one running product for all the tests that drive a browser."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.browser.chromium import ARGUMENTS, chromium_path
from tests.browser.records import Records
from tests.browser.site import Site, fill_demo, running_site

pytest.register_assert_rewrite("tests.browser.axe")

# htmx writes these when a newer question takes the place of one under way, as it should.
REPLACED = ("htmx:afterRequest", "htmx:sendAbort")
# A browser that leaves a page drops its connections, and the server the files that it was sending.
DROPPED = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
DESKTOP, PHONE = 1440, 390
TIMEOUT = 10_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(DROPPED)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium_path()
    if path is None:
        message = "Chromium is not on this machine: install the package « chromium-headless-shell » or « chromium »"
        if os.environ.get("PASSERELLE_REQUIRE_BROWSER") == "1":
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The demonstration's base, made once for all the parallel workers."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "alone" else base.parent) / "demonstration"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            fill_demo(folder)
            (folder / "done").touch()
    return folder


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, filled: Path) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site"), filled) as running:
        yield running


@pytest.fixture(scope="session")
def records(site: Site) -> Records:
    """Records of our own beside the demonstration's, whose names no other record bears."""
    return Records(site.app)


@dataclass
class Visit:
    """A page under watch: what its console says is wrong fails the test, unless it was expected."""

    page: Page
    problems: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    watching: bool = True

    def expect_problem(self, part: str) -> None:
        """Refused forms and lost servers are written on the console by Chromium itself."""
        self.expected.append(part)

    def hear(self, message: ConsoleMessage) -> None:
        wrong = message.type in {"error", "warning"} and not message.text.startswith(REPLACED)
        if wrong and self.watching:
            self.problems.append(f"{message.text} ({message.location.get('url', '')})")

    def unexpected(self) -> list[str]:
        return [one for one in self.problems if not any(part in one for part in self.expected)]


Open = Callable[..., Visit]


@dataclass
class Windows:
    """Browser windows without cookies and storage. They are used again, for the files that all pages
    share are the most of what a new one would have to fetch."""

    browser: Browser
    site: Site
    idle: dict[int, list[BrowserContext]] = field(default_factory=dict)

    def take(self, width: int) -> BrowserContext:
        waiting = self.idle.setdefault(width, [])
        return waiting.pop() if waiting else self._open(width)

    def _open(self, width: int) -> BrowserContext:
        phone = width <= PHONE
        context = self.browser.new_context(
            base_url=self.site.url,
            viewport={"width": width, "height": 844 if phone else 900},
            is_mobile=phone,
            has_touch=phone,
            locale="fr-FR",
            timezone_id="Europe/Paris",
            color_scheme="light",
            reduced_motion="reduce",  # Nothing is measured half-way.
            accept_downloads=True,
        )
        context.set_default_timeout(TIMEOUT)
        return context

    def give_back(self, context: BrowserContext, width: int) -> None:
        for page in context.pages:
            page.close()
        context.clear_cookies()
        blank = context.new_page()
        blank.goto("/static/css/img/bridge.svg")  # Of our origin, and without a script.
        blank.evaluate("localStorage.clear()")
        blank.close()
        self.idle[width].append(context)


@pytest.fixture(scope="session")
def windows(browser: Browser, site: Site) -> Windows:
    return Windows(browser, site)


@pytest.fixture
def visit(windows: Windows) -> Iterator[Open]:
    """visit(username, width=1440): a window of one's own, signed in (None: not)."""
    visits: list[tuple[Visit, int]] = []

    def opened(username: str | None = "manager", width: int = DESKTOP) -> Visit:
        context = windows.take(width)
        if username is not None:
            context.add_cookies([windows.site.cookie_of(username)])  # type: ignore[list-item]
        one = Visit(context.new_page())
        one.page.on("console", one.hear)
        one.page.on("pageerror", lambda error: one.problems.append(str(error)))
        visits.append((one, width))
        return one

    yield opened
    for one, width in visits:
        windows.give_back(one.page.context, width)
    assert [problem for one, _width in visits for problem in one.unexpected()] == []


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def width(request: pytest.FixtureRequest) -> int:
    return int(request.param)
