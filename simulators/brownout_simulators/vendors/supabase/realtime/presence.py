"""Who is there: what each channel of a topic says of itself, by key, and the differences that everybody is told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from brownout_simulators.account import Ids


class Diff(NamedTuple):
    """Who came and who went: key to `{"metas": […]}`."""

    joins: Mapping[str, Any]
    leaves: Mapping[str, Any]

    def shown(self) -> dict[str, Any]:
        """As it is sent."""
        return {"joins": self.joins, "leaves": self.leaves}


@dataclass(slots=True)
class Presences:
    """Of one topic. A channel says one thing at a time."""

    by_key: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)
    """Key, number of the channel, what it said with its `phx_ref`."""

    def track(self, key: str, channel: int, payload: Mapping[str, Any], ids: Ids) -> Diff:
        """The channel says something (else) of itself."""
        metas = self.by_key.setdefault(key, {})
        before = metas.get(channel)
        meta = {**payload, "phx_ref": ids.base62(11) + "="}
        if before is not None:
            meta["phx_ref_prev"] = before["phx_ref"]
        metas[channel] = meta
        return Diff({key: {"metas": [meta]}}, {} if before is None else {key: {"metas": [before]}})

    def untrack(self, key: str, channel: int) -> Diff | None:
        """The channel says nothing more; None where it had said nothing."""
        metas = self.by_key.get(key, {})
        meta = metas.pop(channel, None)
        if not metas:
            self.by_key.pop(key, None)
        return None if meta is None else Diff({}, {key: {"metas": [meta]}})

    def shown(self) -> dict[str, Any]:
        """Everybody, as a newcomer is told."""
        return {key: {"metas": list(metas.values())} for key, metas in self.by_key.items()}
