"""The Chromium of this machine, and how it is started."""

from __future__ import annotations

import os
import shutil

# The one without windows first: the others draw theirs even where nobody sees them.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium_path() -> str | None:
    """The one that PASSERELLE_CHROMIUM names, else the machine's, else None."""
    return os.environ.get("PASSERELLE_CHROMIUM") or next(
        filter(None, map(shutil.which, NAMES)), None
    )
