"""How long whom took to answer what: counts and spans by route. No body, no header, no query, no id of a path.

A path is called by the route of its vendor that it is on. Where no route is known, all of a host's paths are one:
whoever guessed would write down what is nobody's business.
"""

import json
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from brownout_harness.intercept.plan import Stood
from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.router import Router
from brownout_simulators.vendor import Route

FORM: Final = 1
KEPT: Final = 8_192
"""Spans of one route; of more, every other one is kept, and again."""
QUANTILES: Final = 200
"""So many steps from the shortest to the longest."""
ANY_PATH: Final = "/*"
NO_ANSWER: Final = "none"
"""In the place of a status."""


class Spans:
    """Evenly thinned, so that a long recording takes no more memory than a short one."""

    def __init__(self) -> None:
        self.seen = 0
        self._every = 1
        self._kept = array("d")

    def add(self, value: float) -> None:
        """One more."""
        if self.seen % self._every == 0:
            self._kept.append(value)
        self.seen += 1
        if len(self._kept) >= KEPT:
            self._kept = self._kept[::2]
            self._every *= 2

    def quantiles(self, steps: int) -> list[float]:
        """Evenly spaced, the shortest and the longest among them; all of them where there are no more."""
        values = sorted(self._kept)
        if len(values) <= steps + 1:
            return values
        return [values[round(place * (len(values) - 1) / steps)] for place in range(steps + 1)]


@dataclass(slots=True)
class _Row:
    requests: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    latency_ms: Spans = field(default_factory=Spans)
    request_bytes: Spans = field(default_factory=Spans)
    answer_bytes: Spans = field(default_factory=Spans)


class Recorder:
    """Of one run of the proxy. Not safe for use from several threads."""

    def __init__(self, stood: Iterable[Stood]) -> None:
        self._routers = {each.vendor: Router(tuple(map(_route, each.routes))) for each in stood if each.routes}
        self._rows: dict[tuple[str, str, str, str], _Row] = {}

    def add(
        self,
        *,
        host: str,
        vendor: str,
        method: str,
        path: str,
        status: int | None,
        latency_s: float | None,
        request_bytes: int,
        answer_bytes: int,
    ) -> None:
        """One request that is over. `vendor` is empty where the host is nobody's; `latency_s` is None, as `status` is,
        where no answer came."""
        key = (vendor, "*" if vendor else host, *self._named(vendor, method, path))
        row = self._rows.setdefault(key, _Row())
        row.requests += 1
        row.statuses[NO_ANSWER if status is None else str(status)] += 1
        if latency_s is not None:
            row.latency_ms.add(latency_s * 1000.0)
        row.request_bytes.add(float(request_bytes))
        row.answer_bytes.add(float(answer_bytes))

    def _named(self, vendor: str, method: str, path: str) -> tuple[str, str]:
        router = self._routers.get(vendor)
        found = None if router is None else router.find(method, path)
        if found is None:
            return "*", ANY_PATH
        named, _, template = found.name.partition(" ")
        return named, template

    def told(self) -> dict[str, Any]:
        """As it is written."""
        return {"brownout_profile": FORM, "routes": [_told(*key, row) for key, row in sorted(self._rows.items())]}

    def write(self, path: Path) -> None:
        """Whole, or not at all."""
        beside = path.with_name(f"{path.name}.part")
        beside.write_text(json.dumps(self.told(), indent=1) + "\n", encoding="utf-8")
        beside.replace(path)


def _told(vendor: str, host: str, method: str, path: str, row: _Row) -> dict[str, Any]:
    whose = {"vendor": vendor} if vendor else {"host": host}
    return {
        **whose,
        "route": f"{method} {path}",
        "requests": row.requests,
        "statuses": dict(sorted(row.statuses.items())),
        "latency_ms": _rounded(row.latency_ms.quantiles(QUANTILES), 3),
        "request_bytes": _rounded(row.request_bytes.quantiles(20), 0),
        "answer_bytes": _rounded(row.answer_bytes.quantiles(20), 0),
    }


def _rounded(values: Sequence[float], digits: int) -> list[float] | list[int]:
    return [round(each, digits) for each in values] if digits else [int(each) for each in values]


def _route(name: str) -> Route[Any]:
    """Nobody answers on it: it is only to be found."""
    method, _, path = name.partition(" ")
    return Route(method, path, _nobody)


def _nobody(call: Call, account: Account[Any]) -> Reply:
    raise AssertionError(f"{call.path} was to be found, at {account}, and not to be asked")
