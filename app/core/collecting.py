"""Python's search for objects that nobody reaches, set for a process that serves pages."""

from __future__ import annotations

import gc

# New objects between two looks at the youngest of them: a page makes some thousands, nearly all of
# which go by themselves.
YOUNG = 20_000


def spare_what_stays() -> None:
    """Leave out what was made so far: code, models, routes, templates. Called once, when the
    process is about to serve.

    Those several hundred thousand objects never go, and looking through them took 100 ms every
    forty pages or so, of whoever's page it fell on.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)
