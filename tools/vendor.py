"""Copy the third-party files that the pages load from node_modules/ to app/static/vendor/.

Run after ``npm ci``. Needs nothing but Python. Only what is listed here is ever served: the
packages hold hundreds of files that no page asks for. The icons in use become one sprite,
so that a page fetches one file and shows an icon with ``<use href="…/icons.svg#name">``.

Exit status: 0 when all files are in place, 1 when a listed file is missing.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "app" / "static" / "vendor"

# Source in node_modules/ -> name in app/static/vendor/.
FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/LICENSE": "licences/htmx.txt",
    "leaflet/dist/leaflet.js": "leaflet.js",
    "leaflet/dist/leaflet.css": "leaflet.css",
    "leaflet/LICENSE": "licences/leaflet.txt",
    "@tabler/icons/LICENSE": "licences/tabler-icons.txt",
    "@fontsource-variable/inter/LICENSE": "licences/inter.txt",
    # What printed sheets are set in: PDF needs whole TrueType fonts.
    "dejavu-fonts-ttf/ttf/DejaVuSans.ttf": "dejavu-sans.ttf",
    "dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf": "dejavu-sans-bold.ttf",
    "dejavu-fonts-ttf/LICENSE": "licences/dejavu.txt",
}
# The subsets that names and addresses in European languages need.
FONT_SUBSETS = ("latin", "latin-ext", "greek", "cyrillic", "vietnamese")

# Names of https://tabler.io/icons (outline), in the alphabet's order. A test compares this list
# with the icons that the templates ask for.
ICONS = (
    "address-book", "alert-circle", "alert-triangle", "arrow-back-up", "arrow-down", "arrow-left",
    "arrow-merge", "arrow-right", "arrow-up", "arrows-sort", "ban", "bookmark", "briefcase",
    "building", "building-bridge-2", "building-community", "building-store", "calendar", "camera",
    "certificate", "check", "chevron-down", "chevron-left", "chevron-right", "chevron-up",
    "circle-check", "clock", "columns-3", "copy", "currency-euro", "device-desktop", "device-floppy", "dots",
    "dots-vertical", "download", "edit", "external-link", "eye", "eye-off", "file-export",
    "file-type-csv", "file-type-pdf", "file-type-xls", "filter", "grip-vertical", "hash", "help-circle", "history",
    "home", "id", "inbox", "info-circle", "key", "layout-dashboard", "link", "list", "list-check",
    "lock", "login", "logout", "mail", "map-2", "map-pin", "menu-2", "mood-empty", "moon", "note",
    "pencil", "phone", "photo", "plus", "printer", "refresh", "restore", "school", "search",
    "settings", "shield", "shield-check", "sitemap", "star", "sun", "tag", "tag-off", "tags",
    "trash", "unlink", "upload", "user", "user-check", "user-circle", "user-plus", "users",
    "users-group", "world", "x",
)  # fmt: skip

# @tabler/core ships no licence file; this is the notice at the head of its style sheet.
TABLER_NOTICE = "licences/tabler.txt"


def copy_files() -> None:
    """Copy the plain files and the fonts."""
    inter = "@fontsource-variable/inter/files"
    fonts = {f"{inter}/inter-{s}-wght-normal.woff2": f"inter-{s}.woff2" for s in FONT_SUBSETS}
    for source, target in {**FILES, **fonts}.items():
        destination = VENDOR / target
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(MODULES / source, destination)
    for name in ("tabler.min.css", "leaflet.js"):
        strip_source_map(VENDOR / name)


def strip_source_map(file: Path) -> None:
    """Remove the pointer to a map that is not copied: browsers' tools would ask for it in vain."""
    text = file.read_text(encoding="utf-8")
    pointer = r"(?:/\*|//)# sourceMappingURL=.*\s*$"
    file.write_text(re.sub(pointer, "", text), encoding="utf-8")


def copy_tabler_notice() -> None:
    """Write Tabler's copyright and licence from the head of its style sheet."""
    head = (VENDOR / "tabler.min.css").read_text(encoding="utf-8")[:2000]
    notice = re.search(r"/\*!(.*?)\*/", head, re.DOTALL)
    if notice is None:
        raise FileNotFoundError("the licence notice of tabler.min.css")
    (VENDOR / TABLER_NOTICE).write_text(notice.group(1).strip() + "\n", encoding="utf-8")


def symbol(name: str) -> str:
    """One icon as a ``<symbol>``: its drawing without the invisible square and the attributes."""
    text = (MODULES / "@tabler/icons/icons/outline" / f"{name}.svg").read_text(encoding="utf-8")
    inside = re.search(r"<svg.*?>(.*)</svg>", text, re.DOTALL)
    if inside is None:
        raise FileNotFoundError(f"the drawing of {name}.svg")
    shapes = re.sub(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>', "", inside.group(1))
    drawing = " ".join(shapes.split())
    return (
        f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        f'stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{drawing}</symbol>'
    )


def build_sprite() -> None:
    """Write icons.svg, one symbol for each icon in use."""
    symbols = "\n".join(symbol(name) for name in ICONS)
    sprite = f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n'
    (VENDOR / "icons.svg").write_text(sprite, encoding="utf-8")


def main() -> int:
    """Fill app/static/vendor/ afresh."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    try:
        copy_files()
        copy_tabler_notice()
        build_sprite()
    except FileNotFoundError as missing:
        sys.stderr.write(f"missing: {missing}\nRun « npm ci --ignore-scripts » first.\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
