"""Exact counts of the search blocks, from columns in memory kept fresh by a change log."""

from app.facets.counts import FacetMemory, init_app

__all__ = ["FacetMemory", "init_app"]
