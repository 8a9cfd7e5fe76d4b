"""The laws of the code that a machine can read: direction of imports, who writes, sizes, and
ways of doing that are forbidden."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from pathlib import Path

from tests.each import for_each

ROOT = Path(__file__).parents[1]
APP = ROOT / "app"
LONGEST_MODULE = 400
LONGEST_FUNCTION = 35

# What the models and operations of a domain may import of other domains: "domain" or
# "domain.module". Everybody may import core, permissions and extensions.
BELOW: dict[str, set[str]] = {
    "core": set(),
    "reference": set(),
    "facets": set(),
    "history": {"accounts.models"},
    "accounts": {"history"},
    "tags": {"accounts.models", "history", "duplicates.models"},
    "notes": {"accounts.models", "history"},
    "images": {"accounts.models", "history"},
    "jobs": {"accounts.models", "history"},
    "listviews": {"accounts.models", "history"},
    "duplicates": {"accounts.models", "history"},
    "imports": {"accounts.models", "history"},
}
BELOW["companies"] = {
    "reference", "accounts", "history", "tags", "notes", "images", "duplicates.keys",
}  # fmt: skip
BELOW["contacts"] = BELOW["companies"] | {"companies"}
BELOW["places"] = {"reference", "accounts", "history", "companies"}
BELOW["merges"] = BELOW["contacts"] | {"contacts", "duplicates"}
BELOW["bin"] = BELOW["contacts"] | {"contacts", "jobs"}

BASE = {"core", "extensions", "permissions"}
# Parts of the outside: none of these may be reached from operations, models or queries.
OUTSIDE = {"views", "forms", "admin", "security", "export", "printing", "cli"}
ABOUT_A_REQUEST = {
    "request",
    "g",
    "session",
    "flash",
    "redirect",
    "url_for",
    "abort",
    "render_template",
}
VIEWS = {"views", "admin"}
# Views that are made to be built upon.
SHARED_VIEWS = {
    ("companies", "sheets"): "the base of both sheets",
    ("contacts", "sheets"): "the base of both sheets",
    ("sheets", "images"): "the picture of both sheets",
    ("sheets", "listviews"): "the views and columns of both lists",
    ("home", "accounts"): "the profile page ends its account's sessions",
}
COMMITTING = {"views", "admin", "cli", "security"}
COMMITTING_MODULES = {
    "core.deeds": "what the forms of pop-ups and of values corrected in place do",
    "core.export.answer": "a file is sent outside the transaction, chunk by chunk",
    "core.export.reading": "the ids of a file are read before its first record",
    "sheets.bulkviews": "the views of the actions on checked rows, which both lists inherit",
    "tags.mergeviews": "the views of two tags made one",
    "duplicates.pairviews": "the views of the pairs of records",
    "jobs.work": "the base is read outside the transaction of a part",
    "jobs.runner": "a part of a job is stored together with how far the job is",
    "sheets.printjobs": "parts are bound outside the transaction of a part",
    "sheets.printviews": "the views of printing, which both lists inherit",
    "sheets.exportviews": "that a list was exported is stored before the first byte leaves",
    "companies.siteviews": "the views of a company's sites",
    "contacts.accountviews": "the views of a contact's account",
    "contacts.consentviews": "the views of a contact's consent",
    "sheets.historyviews": "the views of a sheet's history",
    "sheets.notes": "the views of a sheet's notes",
    "doctor": "a command",
    "doctor.rows": "a command",
}
# SQL made with an f-string, whose parts are names written in the code.
FORMATTED_SQL = {
    "core.export.reading": "a PRAGMA takes no parameter; the numbers are constants",
    "companies.models": "expressions of indexes, over columns of the declaration",
    "core.matching": "the trigram index of a declared table",
    "doctor.storage": "the trigram index of a declared table",
}
WRITES = {
    "add",
    "add_all",
    "delete",
    "merge",
    "flush",
    "commit",
    "bulk_save_objects",
    "execute_many",
}


@dataclass(frozen=True)
class Module:
    """A module of app/: `name` is dotted, without « app »."""

    name: str
    path: Path

    @property
    def domain(self) -> str:
        return self.name.partition(".")[0] if (APP / self.name.partition(".")[0]).is_dir() else ""

    @property
    def kind(self) -> str:
        """models, operations, views…: the file's name, or its package's in a domain."""
        parts = self.name.split(".")
        return parts[1] if len(parts) > 1 else parts[0]

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    def imported(self) -> Iterator[tuple[str, str, str]]:
        """(domain, module, name) of everything of app/ that is imported, at any depth."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "app":
                yield from (_target(node.module or "", alias.name) for alias in node.names)
            elif isinstance(node, ast.Import):
                yield from (
                    _target(alias.name, "") for alias in node.names if alias.name.startswith("app.")
                )

    def names_from(self, package: str) -> set[str]:
        return {
            alias.name
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ImportFrom) and node.module == package
            for alias in node.names
        }

    def calls(self) -> Iterator[ast.Call]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))


def _target(module: str, name: str) -> tuple[str, str, str]:
    parts = module.split(".")[1:]
    if len(parts) < 2:  # from app.companies import queries; from app import errors
        parts.append(name)
    return (parts[0], parts[1], name) if len(parts) > 1 else (parts[0], "", name)


def modules() -> list[Module]:
    found = []
    for path in sorted(APP.rglob("*.py")):
        name = path.relative_to(APP).with_suffix("").as_posix().replace("/", ".")
        found.append(Module(name.removesuffix(".__init__") or "app", path))
    return found


MODULES = modules()
NAME = attrgetter("name")
TEMPLATES = sorted((APP / "templates").rglob("*.html"))


def test_there_is_something_to_look_at() -> None:
    names = {module.name for module in MODULES}
    assert {"core.db", "companies.models", "contacts.operations", "bin.queries"} <= names
    assert len(TEMPLATES) > 50


def _may(domain: str, target: str, module: str) -> bool:
    allowed = BELOW[domain]
    return target in allowed or f"{target}.{module}" in allowed


@for_each(MODULES, named=NAME)
def test_models_and_operations_import_only_what_lies_below(module: Module) -> None:
    if module.domain == "" or module.kind not in {"models", "operations"}:
        return
    assert module.domain in BELOW, f"say in BELOW what {module.domain} may import"
    wrong = {
        f"{target}.{part}"
        for target, part, _name in module.imported()
        if target not in BASE | {module.domain} and not _may(module.domain, target, part)
    }
    assert not wrong


@for_each([one for one in MODULES if one.name.startswith("core.")], named=NAME)
def test_core_knows_no_domain(module: Module) -> None:
    assert not {target for target, _part, _name in module.imported()} - BASE


@for_each(MODULES, named=NAME)
def test_views_read_any_domains_queries_and_no_domains_views(module: Module) -> None:
    if module.domain in {"", "core"}:
        return
    wrong = {
        f"{target}.{part}"
        for target, part, _name in module.imported()
        if part in VIEWS
        and target not in {module.domain, "core"}
        and (module.domain, target) not in SHARED_VIEWS
    }
    assert not wrong


@for_each(MODULES, named=NAME)
def test_rules_do_not_know_pages(module: Module) -> None:
    """Operations, models and queries work the same from a page, a command or an import."""
    if module.domain == "" or module.kind not in {"models", "operations", "queries"}:
        return
    pages = {f"{target}.{part}" for target, part, _n in module.imported() if part in OUTSIDE}
    assert not pages
    # Queries may remember in `g` what they have read for this request.
    kept = {"g"} if module.kind == "queries" else set()
    assert not module.names_from("flask") & (ABOUT_A_REQUEST - kept)


@for_each(MODULES, named=NAME)
def test_queries_never_write(module: Module) -> None:
    if module.kind != "queries":
        return
    assert not module.names_from("sqlalchemy") & {"insert", "update", "delete"}
    called = {
        node.func.attr
        for node in module.calls()
        if isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "db.session"
    }
    assert not called & WRITES


@for_each(MODULES, named=NAME)
def test_only_the_outer_layer_commits(module: Module) -> None:
    commits = [
        node.lineno
        for node in module.calls()
        if isinstance(node.func, ast.Attribute) and node.func.attr in {"commit", "rollback"}
        and ast.unparse(node.func.value) == "db.session"
    ]  # fmt: skip
    if module.kind in COMMITTING or module.name in {*COMMITTING_MODULES, "errors"}:
        return
    rollbacks_only = module.kind == "crmview"  # It gives up, and says why; it never stores.
    assert not commits or rollbacks_only


@for_each(MODULES, named=NAME)
def test_no_module_is_longer_than_a_person_reads(module: Module) -> None:
    assert len(module.text.splitlines()) <= LONGEST_MODULE


@for_each(MODULES, named=NAME)
def test_no_function_is_longer_than_a_screen(module: Module) -> None:
    long = {
        node.name: node.end_lineno - node.lineno + 1
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef) and node.end_lineno is not None
    }
    assert not {name: lines for name, lines in long.items() if lines > LONGEST_FUNCTION}


# ---- forbidden ways


def _is_built(node: ast.expr) -> bool:
    """A text put together at run time: f"…", "…" % x, "…" + x, "…".format(x)."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp):
        return not all(isinstance(part, ast.Constant) for part in (node.left, node.right))
    return isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".format")


@for_each(MODULES, named=NAME)
def test_sql_and_markup_are_never_put_together_from_texts(module: Module) -> None:
    built = {
        ast.unparse(node)
        for node in module.calls()
        if node.args
        and ast.unparse(node.func).split(".")[-1] in {"text", "sql_text", "Markup", "literal_column", "exec_driver_sql"}
        and _is_built(node.args[0])
    }  # fmt: skip
    if module.name in FORMATTED_SQL:
        assert built, f"{module.name} needs its exception no more"
        return
    if module.name == "core.db":  # PRAGMAs and BEGIN, from constants of the module.
        return
    assert not built


FORBIDDEN = {
    "Query.get: db.session.get() asks for locks and options": r"\.query(?:\([^)]*\))?\.get\(",
    "FAB's own image columns store what was sent": r"\bImageColumn\b|\bFileColumn\b",
    "left for another day": r"\b(?:TODO|FIXME|XXX|HACK)\b",
    "code that runs text": r"\b(?:eval|exec)\(",
}


@for_each(MODULES, named=NAME)
def test_forbidden_ways(module: Module) -> None:
    found = [why for why, pattern in FORBIDDEN.items() if re.search(pattern, module.text)]
    assert not found


IN_TEMPLATES = {
    "escaping switched off": r"\|\s*safe\b|autoescape\s+false",
    "an inline style": r"\sstyle\s*=",
    "an inline handler": r"<[^>{]*\son[a-z]+\s*=",
    "a script in an address": r"javascript:",
    "a script without its nonce": r"<script(?![^>]*nonce=)",
    "a style element": r"<style\b",
    "left for another day": r"\b(?:TODO|FIXME|XXX)\b",
}
# Made into a PDF by a program that knows no style sheet of ours; no browser reads it.
PRINTED = "_frames/print.html"


@for_each(TEMPLATES)
def test_templates_hold_no_inline_code(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = [what for what, pattern in IN_TEMPLATES.items() if re.search(pattern, text)]
    expected = ["a style element"] if path == APP / "templates" / PRINTED else []
    assert found == expected


def _scripts() -> list[Path]:
    return sorted([*(APP / "static/js").rglob("*.js"), *(APP / "static/css").rglob("*.css")])


@for_each(_scripts(), named=NAME)
def test_scripts_and_styles(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\b(?:TODO|FIXME|XXX)\b|\beval\(|new Function\(|document\.write", text)
    assert not re.search(r"\.innerHTML\s*=\s*[^;]*(?:\+|`)", text), "text goes in by textContent"
