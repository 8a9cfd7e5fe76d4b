"""A small part of bench/duplicates.py holds its bars."""

from __future__ import annotations

from random import Random

import pytest

from app.accounts.models import Account
from bench import duplicates


def test_recall_and_precision(admin: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "FORMS_ASKED", 90)
    scores = duplicates.label(Random(7), 250, 120)
    for title, score in scores.items():
        assert duplicates.holds(title, score), duplicates.said(title, score)
