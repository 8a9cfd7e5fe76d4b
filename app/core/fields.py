"""Form fields that take what people type, through the parsers of the core.

A field's `data` is the stored value, or None when left blank. What was typed stays in the
field, valid or not, so that a refused form comes back as it was sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, SelectField, StringField, TextAreaField
from wtforms.validators import ValidationError
from wtforms.widgets import HiddenInput, TextInput

from app.core.amounts import format_amount, parse_amount
from app.core.errors import InvalidValue
from app.core.identifiers import (
    format_naf,
    format_rna,
    format_siren,
    format_siret,
    parse_naf,
    parse_rna,
    parse_siren,
    parse_siret,
)
from app.core.ids import is_id
from app.core.options import Options
from app.core.phones import format_phone, parse_phone
from app.core.text import clean_line, clean_text, fold
from app.core.web import format_website, parse_email, parse_website

Parser = Callable[[str], Any]
Formatter = Callable[[Any], str]
PLAIN: Mapping[str, str] = {"autocomplete": "off"}
DIGITS: Mapping[str, str] = {"inputmode": "numeric", **PLAIN}


class ParsedField(StringField):
    """A line of text that a parser turns into the stored value."""

    # How the macro any() of _macros/forms.html draws it.
    drawn_as = "line"

    def __init__(
        self,
        label: Any = None,
        *,
        parse: Parser,
        show: Formatter = str,
        required: bool = False,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("render_kw", PLAIN)
        super().__init__(label, **kwargs)
        self.parse, self.show = parse, show
        if required:
            self.flags.required = True  # type: ignore[attr-defined]

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        typed = str(valuelist[0]) if valuelist else ""
        self.data = None
        try:
            line = self.clean(typed)
            self.data = self.parse(line) if line else None
        except InvalidValue as error:
            raise ValueError(str(error)) from error

    def clean(self, typed: str) -> str:
        return clean_line(typed)

    def pre_validate(self, form: Any) -> None:
        if self.flags.required and self.data is None and not self.process_errors:
            raise ValidationError(str(_l("Ce champ est obligatoire.")))

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.show(self.data)


def _line(longest: int) -> Parser:
    def parse(text: str) -> str:
        if len(text) > longest:
            raise InvalidValue(
                _l(
                    "Ce texte compte %(count)s caractères : %(limit)s au plus.",
                    count=len(text),
                    limit=longest,
                )
            )
        return text

    return parse


class LineField(ParsedField):
    """One line of text, up to `longest` characters. The browser is not told: it would cut off
    what is pasted without a word, where parsing says how long it is and may be."""

    def __init__(self, label: Any = None, *, longest: int, **kwargs: Any) -> None:
        super().__init__(label, parse=_line(longest), **kwargs)


class HiddenLineField(LineField):
    """A line that a script fills in beside what the person types."""

    widget = HiddenInput()  # type: ignore[assignment]
    drawn_as = "hidden"


class LinesField(ParsedField, TextAreaField):
    """Several lines of text, up to `longest` characters, in a box of `rows` lines."""

    widget = TextAreaField.widget
    drawn_as = "lines"

    def __init__(self, label: Any = None, *, longest: int, rows: int = 2, **kwargs: Any) -> None:
        super().__init__(label, parse=_line(longest), **kwargs)
        self.rows = rows

    def clean(self, typed: str) -> str:
        return clean_text(typed).strip()


def siren_field(label: Any, **kwargs: Any) -> ParsedField:
    hint = _l("9 chiffres")
    return ParsedField(
        label, parse=parse_siren, show=format_siren, description=hint, render_kw=DIGITS, **kwargs
    )


def siret_field(label: Any, **kwargs: Any) -> ParsedField:
    hint = _l("14 chiffres : le SIREN, puis 5 chiffres")
    return ParsedField(
        label, parse=parse_siret, show=format_siret, description=hint, render_kw=DIGITS, **kwargs
    )


def rna_field(label: Any, **kwargs: Any) -> ParsedField:
    hint = _l("W, puis 9 chiffres")
    return ParsedField(label, parse=parse_rna, show=format_rna, description=hint, **kwargs)


def phone_field(label: Any, **kwargs: Any) -> ParsedField:
    render = {"inputmode": "tel", **PLAIN}
    return ParsedField(label, parse=parse_phone, show=format_phone, render_kw=render, **kwargs)


def email_field(label: Any, **kwargs: Any) -> ParsedField:
    return ParsedField(
        label, parse=parse_email, render_kw={"inputmode": "email", **PLAIN}, **kwargs
    )


def website_field(label: Any, **kwargs: Any) -> ParsedField:
    render = {"inputmode": "url", **PLAIN}
    return ParsedField(label, parse=parse_website, show=format_website, render_kw=render, **kwargs)


class AmountField(ParsedField):
    """Whole euros."""

    drawn_as = "money"

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        super().__init__(label, parse=parse_amount, show=format_amount, render_kw=DIGITS, **kwargs)


def year_field(label: Any, *, first: int, last: int, **kwargs: Any) -> ParsedField:
    def parse(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and first <= int(text[:6]) <= last):
            raise InvalidValue(
                _l("Une année entre %(first)s et %(last)s est attendue.", first=first, last=last)
            )
        return int(text)

    return ParsedField(label, parse=parse, render_kw=DIGITS, **kwargs)


class DayField(ParsedField):
    """A day, kept as YYYY-MM-DD; typed so, as the browser's own calendar does, or 31/12/2026."""

    drawn_as = "day"

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        super().__init__(label, parse=parse_day, **kwargs)


def parse_day(text: str) -> str:
    """« 31/12/2026 » or « 2026-12-31 » as 2026-12-31; InvalidValue for what is no day."""
    pattern = "%Y-%m-%d" if "-" in text else "%d/%m/%Y"
    try:
        day = datetime.strptime(text, pattern).date()  # noqa: DTZ007  # A day has no zone.
    except ValueError:
        raise InvalidValue(_l("Une date est attendue, par exemple 31/12/2026.")) from None
    if not 1800 <= day.year <= 2200:
        raise InvalidValue(_l("Une année entre 1800 et 2200 est attendue."))
    return day.isoformat()


class NafField(ParsedField):
    """A NAF code, in the nomenclature that another field of the form names.

    With the searching picker the code comes as the value; without it, in the text beside.
    `name_of` gives the label of a code in a nomenclature.
    """

    drawn_as = "pick"
    source = "PickView.naf"

    def __init__(
        self,
        label: Any = None,
        *,
        nomenclature: str,
        name_of: Callable[[str, str], str],
        placeholder: Any = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(label, parse=str, show=format_naf, **kwargs)
        self.nomenclature, self.name_of, self.placeholder = nomenclature, name_of, placeholder
        self.depends = nomenclature
        self.asked = "rev2"
        self.typed: str | None = None

    @property
    def text(self) -> str:
        """What stands in the box: « 62.01Z · Programmation informatique »."""
        label = self.name_of(self.asked, self.data) if self.data else ""
        return f"{self.data} · {label}" if label else self.data or ""

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        self.typed = formdata.get(f"{self.name}_text") if formdata else None
        super().process(formdata, data, extra_filters)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """The code chosen, as long as it is the one that stands in the box."""
        value = str(valuelist[0]) if valuelist else ""
        is_in_box = self.typed is None or (value != "" and value in self.typed)
        super().process_formdata([value if is_in_box else self.typed])

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if self.data is None:
            return
        try:
            self.data = parse_naf(self.data, form[self.nomenclature].data or "rev2")
        except InvalidValue as error:
            raise ValidationError(str(error)) from error


class ChoiceField(SelectField):
    """A choice among few; blank is None. A stored value that the list lost stays choosable.

    `follows` names the field that the choices depend on, and the endpoint that draws them anew.
    """

    drawn_as = "choice"
    widget = Options()

    def __init__(
        self,
        label: Any = None,
        *,
        options: Callable[[], Sequence[tuple[Any, Any]]],
        coerce: Callable[[Any], Any] = str,
        blank: Any = "",
        follows: tuple[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        self.options, self.blank, self.follows = options, blank, follows
        super().__init__(
            label, coerce=lambda value: coerce(value) if value else None, choices=[], **kwargs
        )

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        choices: list[tuple[Any, Any]] = list(self.options())
        if isinstance(data, str | int) and data not in {value for value, _label in choices}:
            choices.append((data, str(data)))
        self.choices = [("", self.blank), *choices] if self.blank is not None else choices
        super().process(formdata, data, extra_filters)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        try:
            super().process_formdata(list(valuelist))
        except ValueError:
            raise ValueError(str(_l("Choisissez une valeur de la liste."))) from None

    def pre_validate(self, form: Any) -> None:
        known = {value for value, _label in self.choices or [] if value != ""}
        if self.data is not None and self.data not in known:
            raise ValidationError(str(_l("Choisissez une valeur de la liste.")))


class PickField(Field):
    """The id of a record chosen with a searching picker; the box beside it holds its name.

    What is written in the box must be the name of what was chosen, as `name_of` its id tells:
    a text that was typed and not chosen is refused rather than dropped. An empty box is None.
    `source` is the endpoint that answers the picker.
    The template's picker() draws both; a hidden field would be drawn once more by hidden_tag().
    """

    widget = TextInput()
    drawn_as = "pick"
    depends: str | None = None

    def __init__(
        self,
        label: Any = None,
        *,
        name_of: Callable[[Any], str],
        source: str,
        placeholder: Any = "",
        required: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, **kwargs)
        self.name_of, self.source, self.placeholder = name_of, source, placeholder
        self.typed: str | None = None
        if required:
            self.flags.required = True  # type: ignore[attr-defined]

    @property
    def text(self) -> str:
        """What stands in the box: the name of what is chosen."""
        return self.name_of(self.data) if self.data else ""

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        typed = formdata.get(f"{self.name}_text") if formdata else None
        self.typed = typed.strip() if typed is not None else None
        super().process(formdata, data, extra_filters)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        value = str(valuelist[0]).strip() if valuelist and self.typed != "" else ""
        self.data = None
        if value and not is_id(value):
            raise ValueError(str(_l("Choisissez une valeur parmi les propositions.")))
        self.data = int(value) if value else None

    def pre_validate(self, form: Any) -> None:
        if self.typed and not self._is_chosen(self.typed):
            raise ValidationError(
                str(_l("« %(text)s » n’a pas été choisi parmi les propositions.", text=self.typed))
            )
        if self.data is None and self.flags.required:
            raise ValidationError(str(_l("Ce champ est obligatoire.")))

    def _is_chosen(self, typed: str) -> bool:
        return self.data is not None and fold(self.name_of(self.data)) == fold(typed)


class CodePickField(PickField):
    """A code of a list too long to show, chosen like a record; `codes` are those that exist."""

    def __init__(
        self, label: Any = None, *, codes: Callable[[], Mapping[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(label, **kwargs)
        self.codes = codes

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        value = str(valuelist[0]).strip() if valuelist and self.typed != "" else ""
        self.data = None
        if value and value not in self.codes():
            raise ValueError(str(_l("Choisissez une valeur parmi les propositions.")))
        self.data = value or None


class CheckField(BooleanField):
    """A box to tick."""

    drawn_as = "check"

    false_values = (False, "false", "", "0")  # type: ignore[assignment]
