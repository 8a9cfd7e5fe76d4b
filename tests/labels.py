"""The labels of the product, as they stand in the code and in the templates."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg

from tools.translations import KEYWORDS

ROOT = Path(__file__).parents[1]


@cache
def catalogue() -> Catalog:
    """What babel.cfg finds in app/; folders that begin with an underscore are folders too."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = Catalog()
    extracted = extract_from_dir(
        ROOT / "app", methods, options, keywords=KEYWORDS, comment_tags=("Translators:",),
        directory_filter=lambda _folder: True,
    )  # fmt: skip
    for path, line, message, comments, context in extracted:
        found.add(message, None, [(f"app/{path}", line)], auto_comments=comments, context=context)
    return found


def labels() -> dict[str, str]:
    """Each label, both forms of a plural, with the place of its first use."""
    found = {}
    for message in catalogue():
        forms = message.id if isinstance(message.id, list | tuple) else (message.id,)
        for form in filter(None, forms):
            found[form] = ":".join(map(str, message.locations[0]))
    return found
