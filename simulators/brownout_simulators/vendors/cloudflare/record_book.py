"""The records of one zone: which may stand beside which, changed together or not at all."""

from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.vendors.cloudflare.dialect import moment, new_id
from brownout_simulators.vendors.cloudflare.errors import refuse
from brownout_simulators.vendors.cloudflare.record_content import MADE, NOTHING, PROXIABLE
from brownout_simulators.vendors.cloudflare.resources import KEEP_DELETED, Kept, Object, State, Zone
from brownout_simulators.vendors.cloudflare.setup import PLANS

QUOTA: Final = {plan: 1_000 if plan == "free" else 3_500 for plan in PLANS}
"""Of zones made before September 2024; newer free ones have 200."""
Same = tuple[Any, ...]
_ADDRESSES: Final = frozenset({"A", "AAAA", "CNAME"})


class RecordBook:
    """Every change is checked first; `undo` takes back all that this one made."""

    def __init__(self, account: Account[State], zone: Zone) -> None:
        self._account = account
        self._zone = zone
        self._before: tuple[dict[str, Kept], dict[str, Kept], dict[str, dict[str, str]], dict[Any, str]] | None = None
        self._touched: list[tuple[Kept, list[tuple[float, Any]]]] = []

    def begin(self) -> None:
        """From here on changes can be undone."""
        zone = self._zone
        names = {name: dict(ids) for name, ids in zone.names.items()}
        self._before = (dict(zone.records), dict(zone.gone), names, dict(zone.same))

    def undo(self) -> None:
        """As at `begin`."""
        if self._before is not None:
            zone = self._zone
            zone.records, zone.gone, zone.names, zone.same = self._before
            for kept, versions in reversed(self._touched):
                kept.versions = versions

    def find(self, record_id: str) -> Object:
        """A record by its id; 404 where it is not there."""
        kept = self._zone.records.get(record_id)
        if kept is None:
            raise refuse("record_unknown")
        row: Object = kept.now
        return row

    def add(self, said: Object, *, is_ghost: bool = False) -> Object:
        """A new record; of a ghost nothing is kept."""
        zone, same = self._zone, _same(said)
        if len(zone.records) >= QUOTA[zone.row["plan"]]:
            raise refuse("record_quota")
        self._check(said, same, "")
        now = moment(self._account.wall_s())
        row: Object = {
            "id": new_id(self._account),
            **said,
            "proxiable": said["type"] in PROXIABLE,
            "meta": NOTHING,
            "created_on": now,
            "modified_on": now,
        }
        if row["comment"]:
            row["comment_modified_on"] = now
        if row["tags"]:
            row["tags_modified_on"] = now
        if not is_ghost:
            zone.records[row["id"]] = Kept(self._account.clock(), row)
            self._index(row, same)
        return row

    def change(self, record_id: str, said: Object) -> Object:
        """Another version of a record."""
        before = self.find(record_id)
        same = _same(said)
        self._check(said, same, record_id)
        now = moment(self._account.wall_s())
        row = {**{name: value for name, value in before.items() if name not in MADE}, **said}
        row["proxiable"], row["modified_on"] = said["type"] in PROXIABLE, now
        for name in ("comment", "tags"):
            if row[name] != before[name]:
                row[f"{name}_modified_on"] = now
        self._unindex(before)
        self._index(row, same)
        self._version(self._zone.records[record_id], row)
        return row

    def remove(self, record_id: str) -> Object:
        """A record goes."""
        zone, before = self._zone, self.find(record_id)
        self._unindex(before)
        kept = zone.records.pop(record_id)
        self._version(kept, None)
        zone.gone[record_id] = kept
        if len(zone.gone) > KEEP_DELETED:
            del zone.gone[next(iter(zone.gone))]
        return before

    def _version(self, kept: Kept, row: Object | None) -> None:
        self._touched.append((kept, [*kept.versions]))
        kept.change(self._account.clock(), row)

    def _check(self, said: Object, same: Same, own_id: str) -> None:
        zone, kind = self._zone, said["type"]
        taken = zone.same.get(same)
        if taken is not None and taken != own_id:
            raise refuse("record_exists")
        named = zone.names.get(said["name"])
        if named is None:
            return
        others = {each for id, each in named.items() if id != own_id}  # noqa: A001
        if kind == "CNAME" and others & _ADDRESSES:
            raise refuse("record_beside_address")
        if kind in {"A", "AAAA"} and "CNAME" in others:
            raise refuse("record_beside_cname")
        if others and ("NS" in others) != (kind == "NS") and said["name"] != zone.row["name"]:
            raise refuse("record_beside_ns")

    def _index(self, row: Object, same: Same) -> None:
        self._zone.names.setdefault(row["name"], {})[row["id"]] = row["type"]
        self._zone.same[same] = row["id"]

    def _unindex(self, row: Object) -> None:
        zone = self._zone
        ids = zone.names.get(row["name"], {})
        ids.pop(row["id"], None)
        if not ids:
            zone.names.pop(row["name"], None)
        zone.same.pop(_same(row), None)


def _same(row: Object) -> Same:
    """What makes a record a duplicate: its type, name, content and settings."""
    settings = row["settings"]
    return (
        row["type"],
        row["name"],
        row["content"],
        row.get("priority"),
        repr(sorted(settings.items())) if settings else "",
    )
