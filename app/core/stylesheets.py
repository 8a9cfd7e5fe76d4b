"""One style sheet from those that it imports, so that a page asks for one file and not for forty.

The files stay as they are in the repository: the product joins them when they are asked for, and
no build stands between a change and the page.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

_IMPORT = re.compile(r'^@import url\("([^"]+)"\)(?: layer\(([\w.-]+)\))?;\n?', re.MULTILINE)
_ADDRESS = re.compile(r"""(?<!@import )url\((["']?)(?!data:|[#/]|https?:)([^"')]+)\1\)""")
_CHARSET = '@charset "UTF-8";'


def joined(folder: Path, name: str) -> str:
    """The style sheet `name` of the folder (« css/base.css ») with its imports put in their place.

    Addresses in them are made to fit. An import from outside the folder stays an import: it must
    stand before the others, as CSS wants it.
    """
    return _joined(folder, name, posixpath.dirname(name))


def _joined(folder: Path, name: str, seen_from: str) -> str:
    here = posixpath.dirname(name)
    text = (folder / name).read_text(encoding="utf-8").removeprefix(_CHARSET)

    def import_put_in(found: re.Match[str]) -> str:
        inner = posixpath.normpath(posixpath.join(here, found[1]))
        if inner.startswith("..") or not (folder / inner).is_file():
            return found[0]
        body = _joined(folder, inner, seen_from)
        return f"@layer {found[2]} {{\n{body}\n}}\n" if found[2] else body

    def address_made_to_fit(found: re.Match[str]) -> str:
        return f'url("{posixpath.relpath(posixpath.join(here, found[2]), seen_from)}")'

    own = text if here == seen_from else _ADDRESS.sub(address_made_to_fit, text)
    return _IMPORT.sub(import_put_in, own)
