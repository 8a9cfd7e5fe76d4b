"""What companies tell the domains that build on them, without knowing them."""

from blinker import Namespace

_signals = Namespace()

# Sent with the Company whose name or place changed: its contacts copy them for their lists.
company_renamed = _signals.signal("company-renamed")
# Sent with the Establishment whose place or name changed, other than a head office.
site_changed = _signals.signal("site-changed")
