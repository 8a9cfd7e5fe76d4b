"""Which page of a list an address asks for, and where its other pages are: for lists that are no
Listing, such as the bin's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Self
from urllib.parse import urlencode

from flask_babel import lazy_gettext as _l

from app.core.listing import LAST_PAGE, BadQuery, parse_number, parse_q, refuse_unknown


@dataclass(frozen=True, kw_only=True)
class PageAsked:
    """What an address asks of a list: words, and the page. Lists have more to ask in classes of
    their own, where each field has what the address need not say as its default."""

    sizes: ClassVar[Sequence[int]]

    q: str = ""
    page: int = 1
    size: int

    @classmethod
    def read(cls, args: Mapping[str, str], **more: Any) -> Self:
        """What the address asks; BadQuery where it names what no field is, or a page that cannot
        be. `more` are the values of the class's own fields."""
        refuse_unknown(args, {field.name for field in fields(cls)})
        size = args.get("size") or str(cls.sizes[0])
        if size not in map(str, cls.sizes):
            raise BadQuery(_l("Cette taille de page n’est pas proposée."))
        page = parse_number(args.get("page") or "1", 1, LAST_PAGE)
        return cls(q=parse_q(args.get("q", "")), page=page, size=int(size), **more)

    @property
    def query_string(self) -> str:
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        plain = {field.name: field.default for field in fields(self)}
        return urlencode({name: value for name, value in given.items() if value != plain[name]})

    def on_page(self, page: int) -> Self:
        return replace(self, page=page)

    def sized(self, size: int) -> Self:
        return replace(self, size=size, page=1)
