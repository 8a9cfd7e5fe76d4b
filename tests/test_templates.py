"""Every template compiles, says what it expects, has its title, and names what exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import nodes

from tests.each import for_each

APP = Path(__file__).parents[1] / "app"
FOLDER = APP / "templates"
TEMPLATES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.html"))
# FAB's own, which we override as they are: what they expect is FAB's business.
OVERRIDDEN = "appbuilder/"


def source(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def parsed(app: Flask, name: str) -> nodes.Template:
    return app.jinja_env.parse(source(name), name)


def constants(node: nodes.Node | None) -> Iterator[str]:
    """The names that an expression can give: both branches of « a if b else c »."""
    if isinstance(node, nodes.Const):
        yield str(node.value)
    elif isinstance(node, nodes.CondExpr):
        yield from constants(node.expr1)
        yield from constants(node.expr2)


def parents(app: Flask, name: str) -> list[str]:
    extends = parsed(app, name).find(nodes.Extends)
    return list(constants(extends.template)) if extends is not None else []


def line_of_descent(app: Flask, name: str) -> Iterator[str]:
    """A template and all those that it may extend; FAB's own are not followed."""
    yield name
    for parent in parents(app, name):
        if parent in TEMPLATES:
            yield from line_of_descent(app, parent)


def blocks(app: Flask, name: str) -> set[str]:
    return {block.name for block in parsed(app, name).find_all(nodes.Block)}


@for_each(TEMPLATES)
def test_it_compiles(name: str, app: Flask) -> None:
    app.jinja_env.compile(source(name), name)


@for_each(TEMPLATES)
def test_it_begins_with_a_comment_that_says_what_it_is_and_expects(name: str) -> None:
    head = re.match(r"\{#-?\s+(.+?)-?#\}", source(name), re.DOTALL)
    assert head is not None
    assert len(head[1].split()) >= 5


@for_each(TEMPLATES)
def test_the_blocks_that_a_frame_defines_are_named_in_its_comment(name: str, app: Flask) -> None:
    """A frame's blocks are its interface. Those that a page fills are its parents' business."""
    if not name.startswith("_frames/"):
        return
    inherited = {
        block
        for ancestor in line_of_descent(app, name)
        if ancestor != name
        for block in blocks(app, ancestor)
    }
    comment = source(name).partition("#}")[0]
    unnamed = {
        block for block in blocks(app, name) - inherited if not re.search(rf"\b{block}\b", comment)
    }
    assert not unnamed - {"content"}


@for_each(TEMPLATES)
def test_a_macro_is_named_in_the_comment_of_its_file(name: str, app: Flask) -> None:
    if not name.startswith("_macros/"):
        return
    comment = source(name).partition("#}")[0]
    macros = {macro.name for macro in parsed(app, name).find_all(nodes.Macro)}
    assert macros
    unnamed = {
        one for one in macros if not one.startswith("_") and not re.search(rf"\b{one}\b", comment)
    }
    assert not unnamed


def pages(app: Flask) -> list[str]:
    """Templates of whole pages: those that end in the shell that writes <html>."""
    return [
        name
        for name in TEMPLATES
        if not name.startswith(("_frames/", "_macros/")) and "_frames/_shell.html" in line_of_descent(app, name)
    ]  # fmt: skip


def test_every_page_has_a_title(app: Flask) -> None:
    found = pages(app)
    assert len(found) > 20
    untitled = []
    for name in found:
        below = [one for one in line_of_descent(app, name) if one != "_frames/_shell.html"]
        titles = [
            block
            for one in below
            for block in parsed(app, one).find_all(nodes.Block)
            if block.name in {"title", "page_title"} and block.body
        ]
        if not titles and name != "base.html":
            untitled.append(name)
    assert not untitled


# ---- names


def literals(node: ast.AST) -> Iterator[str]:
    """The template names that a call can be given; an f-string gives a pattern."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield re.escape(node.value)
    elif isinstance(node, ast.JoinedStr):
        yield "".join(
            re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"[\w-]+"
            for part in node.values
        )


def named_by_code() -> Iterator[tuple[str, str]]:
    """Names of templates in calls of render_template, and in attributes and keywords …template."""
    for path in sorted(APP.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            values: list[ast.AST] = []
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("render_template"):
                values = list(node.args[:1])
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).endswith("template"):
                values = [node.value]
            elif (
                isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "render_pdf"
            ):
                values = list(node.args[:1])
            for value in values:
                yield from ((str(path.relative_to(APP)), name) for name in literals(value) if name)


def exists(app: Flask, pattern: str) -> bool:
    if any(re.fullmatch(pattern, name) for name in TEMPLATES):
        return True
    return re.sub(r"\\(.)", r"\1", pattern) in app.jinja_env.list_templates()


def test_every_template_that_the_code_names_exists(app: Flask) -> None:
    named = set(named_by_code())
    assert len(named) > 20
    assert not {(where, name) for where, name in named if not exists(app, name)}


def test_every_template_that_a_template_names_exists(app: Flask) -> None:
    known = set(app.jinja_env.list_templates())
    missing = set()
    for name in TEMPLATES:
        kinds = (nodes.Extends, nodes.Include, nodes.FromImport, nodes.Import)
        for node in parsed(app, name).find_all(kinds):
            target: Any = node
            missing |= {(name, found) for found in constants(target.template) if found not in known}
    assert not missing


def test_every_template_is_used(app: Flask) -> None:
    used = {
        name
        for pattern in {name for _, name in named_by_code()}
        for name in TEMPLATES
        if re.fullmatch(pattern, name)
    }
    for name in TEMPLATES:
        for node in parsed(app, name).find_all(
            (nodes.Extends, nodes.Include, nodes.FromImport, nodes.Import)
        ):
            target: Any = node
            used |= set(constants(target.template))
    # FAB names its own; the frame of its screens is a setting.
    unused = {name for name in TEMPLATES if not name.startswith(OVERRIDDEN)} - used
    assert unused == {"admin_base.html"}


def endpoints(app: Flask, name: str) -> Iterator[str]:
    for call in parsed(app, name).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "url_for" and call.args:
            yield from constants(call.args[0])


def test_every_endpoint_that_a_template_links_to_exists(app: Flask) -> None:
    linked = {(name, endpoint) for name in TEMPLATES for endpoint in endpoints(app, name)}
    assert len(linked) > 20
    assert not {(name, endpoint) for name, endpoint in linked if endpoint not in app.view_functions}


def test_every_static_file_that_a_template_names_exists(app: Flask) -> None:
    missing = set()
    for name in TEMPLATES:
        for file in re.findall(r'url_for\("static", filename="([^"]+)"', source(name)):
            if not (APP / "static" / file).is_file():
                missing.add((name, file))
    assert not missing


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    sprite = (APP / "static/vendor/icons.svg").read_text(encoding="utf-8")
    known = set(re.findall(r'<symbol[^>]*\bid="([^"]+)"', sprite))
    named = {icon for name in TEMPLATES for icon in re.findall(r'\bicon\("([\w-]+)"', source(name))}
    assert len(named) > 20
    assert not named - known
