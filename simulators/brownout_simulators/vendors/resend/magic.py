"""Addresses with a fixed outcome: the part before the sign, whatever follows a plus, at any domain.

Those of `resend.dev` are Resend's own; opens, clicks and failures by address are this simulator's.
"""

from collections.abc import Mapping
from typing import Final

FATES: Final[Mapping[str, tuple[str, ...]]] = {
    "delivered": ("delivered",),
    "bounced": ("bounced",),
    "complained": ("delivered", "complained"),
    "delayed": ("delivery_delayed", "delivered"),
    "suppressed": ("suppressed",),
    "failed": ("failed",),
    "opened": ("delivered", "opened"),
    "clicked": ("delivered", "opened", "clicked"),
}
"""Local part to what happens to a mail there, one after another."""
USUAL: Final = FATES["delivered"]

DOCUMENTED: Final[Mapping[str, str]] = {
    "delivered@…": "is delivered, as everything else is",
    "bounced@…": "bounces for good; the address is suppressed from then on",
    "complained@…": "is delivered, and complained about; the address is suppressed from then on",
    "delayed@…": "is delayed, then delivered",
    "suppressed@…": "is suppressed, as though it had bounced before",
    "failed@…": "fails before it is sent",
    "opened@…": "is delivered and opened",
    "clicked@…": "is delivered, opened, and a link in it followed",
    "from …@resend.dev": "may write to addresses at resend.dev only",
    "to …@example.com, …@test.com": "is refused",
    "re_test_sending_…": "a key that may only send",
    "re_test_suspended_…": "a key that is suspended",
    "re_test_invalid_…": "a key that is none",
    "fails.…": "a domain whose verification fails",
}
