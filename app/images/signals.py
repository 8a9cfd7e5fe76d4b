"""What the pictures tell the domains that bear them, without knowing them."""

from blinker import Namespace

_signals = Namespace()

# Sent with the record whose logo or photo was set, replaced or removed.
image_changed = _signals.signal("image-changed")
