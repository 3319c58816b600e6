"""Which requests of a vendor's ledger are meant, said as for a fault.

A ledger holds the route of a request (`GET /v1/customers/{id}`), not its path. So a pattern is fit for it only where
the requests of each route are all meant, or none of them is.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import polars as pl

from brownout_reports.rows import LedgerRow
from brownout_reports.tables import Rows
from brownout_scenarios.workload import Statuses
from brownout_simulators.faults.rule import PATTERN_LIMIT, Match, Matcher

UNKNOWN: Final = "\0"
"""In the place of what a path's parameter may be: no pattern spells it out, so only a wildcard can mean it."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Those that go a way that is meant, and were answered with one of these statuses; None: with any, or none."""

    match: Match
    status: Statuses | None = None

    @property
    def is_everything(self) -> bool:
        """Whether no request is left out."""
        return self.match == Match() and self.status is None

    def among(self, requests: Rows[LedgerRow]) -> Rows[LedgerRow]:
        """Those of them that are meant, in their order."""
        if self.match != Match():
            routes = requests.values(pl.col("route").unique()).to_list()
            requests = requests.where(pl.col("route").is_in([each for each in routes if covers(self.match, each)]))
        if self.status is None:
            return requests
        return requests.where(pl.any_horizontal(pl.col("status").is_between(*span) for span in self.status))


def covers(match: Match, route: str) -> bool:
    """Whether every request of this route is meant."""
    method, _, template = route.partition(" ")
    matcher = Matcher(match)
    by_route = matcher.route(method, template)
    if by_route is not None:
        return by_route
    # One letter, and more than any pattern has places for: what both fit, what is between them fits, too.
    return all(matcher.path(re.sub(r"\{[^}]*\}", UNKNOWN * length, template)) for length in (1, PATTERN_LIMIT + 1))


def cut_in_two(match: Match, routes: Iterable[str]) -> str:
    """The first of these routes of which some requests are meant and others not; "" where there is none. `routes` are
    those of which some are meant."""
    return next((route for route in routes if not covers(match, route)), "")
