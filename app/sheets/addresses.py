"""Addresses of sheets, and of the page that makes one of two, by what they are about."""

from __future__ import annotations

from typing import Any

from flask import url_for

from app.history.actions import Subject

SHEETS = {Subject.COMPANY: "CompanyView.sheet", Subject.CONTACT: "ContactView.sheet"}


def sheet_url(subject: str, pk: int, **more: Any) -> str:
    return url_for(SHEETS[Subject(subject)], pk=pk, **more)


def merge_url(subject: str, kept_id: int, merged_id: int) -> str:
    """Where two sheets are compared and merged; the first one is kept unless one swaps them."""
    return url_for(f"MergeView.{subject}", pk=kept_id, other_id=merged_id)
