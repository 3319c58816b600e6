"""Parts for the gateway's tests."""

from brownout_core.compose import Replacements


def in_order() -> Replacements:
    """Every operation has one key."""
    return Replacements(idempotency_key=lambda _flow, _operation_id: "the-same-for-all")


def none_at_all() -> int:
    """No replacements."""
    return 7


class Chosen:
    """What holds them."""

    replacements = staticmethod(in_order)
