"""What the reference lists tell the domains that build on them, without knowing them."""

from blinker import Namespace

_signals = Namespace()

# Both are sent with the Sector: companies copy its place in the alphabet for their lists.
sector_renamed = _signals.signal("sector-renamed")
# Before its row goes; the database then empties the companies' reference to it.
sector_removed = _signals.signal("sector-removed")
