"""Inputs with a fixed outcome. Supabase documents none of its own but `test_otp` of auth's settings."""

from collections.abc import Mapping
from typing import Final

MAGIC: Final[Mapping[str, str]] = {
    "address <name>+otp-<digits>@…": "every code that is sent there is that one",
    "channel refused-<Code>": "joining is refused with that reason: refused-IncreaseConnectionPool",
    "channel refused-once-<Code>": "joining is refused the first time",
}
