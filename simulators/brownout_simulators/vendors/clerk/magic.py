"""Inputs with a fixed outcome. What Clerk documents is marked; the rest is the simulator's own."""

from collections.abc import Mapping
from typing import Final

BAD_KEYS: Final = ("sk_test_invalid", "sk_test_revoked")
"""Secret keys that begin so are refused."""
PRODUCTION: Final = "_production"
"""The name of a production instance ends so."""
ACCEPT: Final = "+clerk_accept"
"""Before the @ of an address: whoever is invited there accepts."""
ACCEPT_S: Final = 1.0
"""After so long."""
TEST_ADDRESS: Final = "+clerk_test"
"""Clerk's own: nothing is ever sent to such an address (clerk.com/docs, "Test emails and phones")."""
PWNED: Final = frozenset({"password", "password1", "password123", "12345678", "123456789", "qwertyuiop", "iloveyou"})
"""A few that every list of leaked passwords has."""

DOCUMENTED: Final[Mapping[str, str]] = {
    "key sk_test_invalid…, sk_test_revoked…": "401 clerk_key_invalid",
    "key sk_test_brownout_<name>_production": "a production instance: 1000 calls in 10 s, no POST /v1/sessions",
    "invitation to <name>+clerk_accept@<host>": "accepted one second later: a user, for an organization also a member",
    "address <name>+clerk_test@<host>": "Clerk's own test address: no email is sent",
    "password password123 (and a few more)": "422 form_password_pwned",
    "POST /v1/jwks/rotate {overlap_s}": "the next signing key; the one before is published for so many seconds more",
}
