"""Style sheets that are sent as one."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.stylesheets import joined


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {
        "css/base.css": '@layer v, c;\n@import url("../v/lib.css") layer(v);\n'
        '@import url("parts/a.css");\nb { background: url("img/own.svg") }\n',
        "v/lib.css": '@charset "UTF-8";l { src: url(font.woff2); mask: url("data:image/svg+xml,x") }',
        "css/parts/a.css": '@import url("inner/b.css");\na { background: url("../img/dot.svg") }\n',
        "css/parts/inner/b.css": "i { background: url('/far.svg') }\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_imports_are_put_in_their_place_and_order(folder: Path) -> None:
    text = joined(folder, "css/base.css")
    assert "@import" not in text
    assert "@charset" not in text
    places = [text.index(start) for start in ("@layer v, c;", "@layer v {", "i {", "a {", "b {")]
    assert places == sorted(places)


def test_addresses_are_made_to_fit(folder: Path) -> None:
    addresses = re.findall(r"url\(([^)]+)\)", joined(folder, "css/base.css"))
    assert addresses == [
        '"../v/font.woff2"', '"data:image/svg+xml,x"', "'/far.svg'", '"img/dot.svg"', '"img/own.svg"',
    ]  # fmt: skip


def test_what_lies_elsewhere_stays_an_import(folder: Path) -> None:
    outside = '@import url("../../other/x.css") layer(v);\n@import url("none.css");\n'
    (folder / "css" / "admin.css").write_text(outside)
    assert joined(folder, "css/admin.css") == outside


def test_the_page_s_style_sheet_travels_as_one(app: Flask, client: FlaskClient) -> None:
    answer = client.get("/static/css/base.css", headers={"Accept-Encoding": "gzip"})
    text = gzip.decompress(answer.data).decode()
    assert "@import" not in text
    assert ".topbar" in text
    static = Path(str(app.static_folder)) / "css"
    found = re.findall(r'url\("(?!data:)([^"#]+)"\)', text)
    assert found
    assert [address for address in found if not (static / address).is_file()] == []
