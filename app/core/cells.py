"""The cells of a list's rows as one template: the macros of the chosen columns, put end to end.

A macro called for each of 450 cells costs a page more than what the cells hold. Here their bodies
stand one after another in one macro, which draws a row; it is made once for each choice of columns.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

from flask import Flask
from jinja2 import Environment, nodes
from markupsafe import Markup

# Choices of columns whose macro is kept: a few views a person, of a few hundred bytes a column.
MOST_KEPT = 500
PARAMETERS = ["row", "page", "label"]

Draw = Callable[..., Markup]


class Rows:
    """Makes the macros that draw rows, and keeps those that were asked last."""

    def __init__(self, env: Environment) -> None:
        self.env = env
        self._bodies: dict[str, dict[str, list[nodes.Node]]] = {}
        self._kept: OrderedDict[tuple[str, ...], Draw] = OrderedDict()

    def drawing(self, cells: str, keys: Sequence[str]) -> Draw:
        """What draws a row's cells, from (row, page, labels): `labels` are the headings by key.

        `cells` is a template with a macro (row, page, label) for each column, by its key; those of
        the templates that it imports from count too.
        """
        wanted = (cells, *keys)
        draw = self._kept.get(wanted)
        if draw is None:
            draw = self._kept[wanted] = self._made(cells, keys)
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return draw

    def _made(self, cells: str, keys: Sequence[str]) -> Draw:
        bodies = self._bodies_of(cells)
        parts: list[nodes.Node] = [nodes.Scope([_heading(key), *bodies[key]]) for key in keys]
        names = [nodes.Name(name, "param") for name in ("row", "page", "labels")]
        tree = nodes.Template([nodes.Macro("cells", names, [], parts)], lineno=1)
        tree.set_environment(self.env)
        code: Any = self.env.compile(tree, name=cells, filename=cells)
        template = self.env.template_class.from_code(self.env, code, self.env.make_globals(None))
        return template.module.cells  # type: ignore[attr-defined,no-any-return]

    def _bodies_of(self, cells: str) -> dict[str, list[nodes.Node]]:
        """What each macro of a template draws, by its name."""
        if cells not in self._bodies or self.env.auto_reload:
            tree = self._parsed(cells)
            found: dict[str, list[nodes.Node]] = {}
            for source in tree.find_all(nodes.FromImport):
                found |= _macros(self._parsed(source.template.as_const()))
            self._bodies[cells] = found | _macros(tree)
        return self._bodies[cells]

    def _parsed(self, name: str) -> nodes.Template:
        if self.env.loader is None:
            raise LookupError(name)
        return self.env.parse(self.env.loader.get_source(self.env, name)[0], name)


def _macros(tree: nodes.Template) -> dict[str, list[nodes.Node]]:
    return {
        macro.name: macro.body
        for macro in tree.find_all(nodes.Macro)
        if [argument.name for argument in macro.args] == PARAMETERS
    }


def _heading(key: str) -> nodes.Node:
    """`{% set label = labels[key] %}`"""
    found = nodes.Getitem(nodes.Name("labels", "load"), nodes.Const(key), "load")
    return nodes.Assign(nodes.Name("label", "store"), found)


def init_app(app: Flask) -> None:
    app.jinja_env.globals["row_drawing"] = Rows(app.jinja_env).drawing
