"""Keep the translations level with the labels in the code. The French label is the key.

The French catalogue therefore holds only what is not its own key: Flask-AppBuilder's English
messages, and our plurals, which gettext would else count the English way (« 0 résultats »).

    python tools/translations.py update    # bring new labels into every catalogue, drop old ones
    python tools/translations.py           # fail when a label has no translation, or a broken one

Catalogues lie in app/translations/<language>/LC_MESSAGES/messages.po.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCES = [("**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"**.py": {"encoding": "utf-8"}, "templates/**.html": {"silent": "false"}}
KEYWORDS = DEFAULT_KEYWORDS | {
    "_l": None,
    "lazy_gettext": None,
    "_n": (1, 2),
    "lazy_ngettext": (1, 2),
}


def labels() -> Catalog:
    """Every label that the code and the templates mark for translation."""
    found = Catalog()
    extracted = extract_from_dir(
        ROOT / "app",
        SOURCES,
        OPTIONS,
        keywords=KEYWORDS,
        comment_tags=("Translators:",),
        directory_filter=lambda _folder: True,  # Else folders such as _macros/ are passed over.
    )
    for path, line, message, comments, context in extracted:
        found.add(message, None, [(f"app/{path}", line)], auto_comments=comments, context=context)
    return found


def catalogues() -> Iterator[tuple[Path, Catalog]]:
    for path in sorted((ROOT / "app" / "translations").glob("*/LC_MESSAGES/messages.po")):
        with path.open("rb") as file:
            yield path, read_po(file, locale=path.parts[-3])


def keep_french(catalogue: Catalog, template: Catalog) -> None:
    """Our plurals as they are, each form its own translation; FAB's messages untouched."""
    plurals = {message.id[0] for message in template if message.pluralizable}
    for message in [message for message in catalogue if message.pluralizable]:
        if message.id[0] not in plurals:
            catalogue.delete(message.id[0])
    for message in template:
        if message.pluralizable:
            catalogue.add(message.id, message.id)


def update() -> int:
    template = labels()
    for path, catalogue in catalogues():
        if is_french(catalogue):
            keep_french(catalogue, template)
        else:
            catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
        with path.open("wb") as file:
            write_po(
                file,
                catalogue,
                width=100,
                sort_output=True,
                ignore_obsolete=True,
                include_lineno=False,  # A catalogue changes only when a label does.
            )
    return 0


def is_french(catalogue: Catalog) -> bool:
    return catalogue.locale is not None and catalogue.locale.language == "fr"


def faults(catalogue: Catalog, wanted: Catalog) -> Iterator[str]:
    """What a reader of this language would miss, one line each."""
    for message in wanted:
        if not message.id or (is_french(catalogue) and not message.pluralizable):
            continue  # The head of the catalogue; a French label is its own translation.
        translated = catalogue.get(message.id, message.context)
        if translated is None or not is_translated(translated):
            yield f"not translated: {message.id}"
        else:
            yield from (f"{error}: {message.id}" for error in translated.check(catalogue))


def is_translated(message: Message) -> bool:
    texts = message.string if isinstance(message.string, list | tuple) else (message.string,)
    return all(texts) and not message.fuzzy


def check() -> int:
    wanted = labels()
    lines = [
        f"{path.relative_to(ROOT)}: {fault}\n"
        for path, catalogue in catalogues()
        for fault in faults(catalogue, wanted)
    ]
    sys.stdout.writelines(lines)
    return int(bool(lines))


if __name__ == "__main__":
    sys.exit(update() if sys.argv[1:] == ["update"] else check())
