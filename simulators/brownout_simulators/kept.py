"""What the ledger keeps of an effect besides its id and amount: what a run asks for, of what the vendor declares.

A text message says to whom and what; a run that compares neither has no use for them, and its folder shows neither.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from brownout_simulators.call import Effect
from brownout_simulators.spelling import shown
from brownout_simulators.vendor import Vendor

OF_EVERY_KIND: Final = ("id", "amount")
"""These have columns of their own in the ledger."""


class Kept:
    """The fields to keep, by the kind of effect."""

    def __init__(self, vendor: Vendor[Any], fields: Mapping[str, Sequence[str]] | None = None) -> None:
        """Raises `ValueError` for a kind, or a field of it, that the vendor does not declare."""
        self._names: dict[str, tuple[str, ...]] = {}
        for kind, names in (fields or {}).items():
            if kind not in vendor.effects:
                raise ValueError(f"fields: {vendor.name} has no effect {shown(kind)}")
            for name in names:
                if name not in (*vendor.effects[kind], "id"):
                    raise ValueError(f"fields: {kind} has no field {shown(name)}")
            self._names[kind] = tuple(name for name in names if name not in OF_EVERY_KIND)

    def of_effect(self, effect: Effect) -> dict[str, Any] | None:
        """What is kept of it; null where the vendor holds nothing there."""
        names = self._names.get(effect.kind)
        if not names:
            return None
        return {name: effect.currency if name == "currency" else effect.fields.get(name) for name in names}
