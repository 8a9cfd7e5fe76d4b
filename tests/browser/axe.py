"""axe-core on a page as it stands. It adds styles of its own, so the page's console is not heard
meanwhile."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python import base

from tests.browser.conftest import Visit
from tests.browser.steps import NARROW

# The one that package-lock.json names where it is installed, else the one that pip brought.
NEWEST = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
# Behind an open pop-up nothing can be reached or read: what lies there has been looked at before. So
# has the size of what an open menu half covers; the menu's own entries are held to it.
RUN = """options => {
  const root = document.querySelector("dialog[open]") ?? document;
  const menus = [...root.querySelectorAll("[data-menu-panel]")].filter(menu => menu.checkVisibility());
  const overlap = (one, other) => one.left < other.right && other.left < one.right &&
    one.top < other.bottom && other.top < one.bottom;
  const covered = ({element}) => menus.some(menu => !menu.contains(element) &&
    overlap(menu.getBoundingClientRect(), element.getBoundingClientRect()));
  return axe.run(root, {...options, elementRef: true}).then(results => results.violations.map(one => [
    one.id,
    one.nodes.filter(node => one.id !== "target-size" || !covered(node))
      .map(node => [node.target.join(" "), node.failureSummary]).slice(0, 5),
  ]).filter(([, nodes]) => nodes.length));
}"""

# Colours follow a change of theme in the next frame.
SETTLED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@cache
def _script() -> str:
    return (NEWEST if NEWEST.exists() else base.AXE_FILE_PATH).read_text(encoding="utf-8")


def violations(visit: Visit, **only: Any) -> list[Any]:
    """What breaks a rule on the page: (rule, [(where, why)])."""
    options = {
        "runOnly": {"type": "tag", "values": TAGS},
        "resultTypes": ["violations"],
        "preload": False,
        **only,
    }
    visit.watching = False
    if not visit.page.evaluate("'axe' in window"):
        visit.page.evaluate(_script())
    found: list[Any] = visit.page.evaluate(RUN, options)
    visit.page.evaluate("0")  # What axe made the console say has arrived.
    visit.watching = True
    return found


def check(visit: Visit, *, dark: bool = True) -> None:
    """No violation, in light and, on a wide screen, in dark: colours are the same on a phone. The
    state of the page stays as it is."""
    found = violations(visit)
    assert found == []
    size = visit.page.viewport_size
    if not dark or (size is not None and size["width"] < NARROW):
        return
    _show_theme(visit, "dark")
    in_dark = violations(visit, runOnly={"type": "rule", "values": COLOURS})
    _show_theme(visit, "light")
    assert in_dark == []


def _show_theme(visit: Visit, theme: Literal["light", "dark"]) -> None:
    visit.page.emulate_media(color_scheme=theme)
    visit.page.evaluate(SETTLED)
