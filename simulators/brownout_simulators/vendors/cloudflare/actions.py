"""All routes, under `/client/v4`."""

from dataclasses import replace
from typing import Final

from brownout_simulators.vendor import Route
from brownout_simulators.vendors.cloudflare import (
    batch,
    buckets,
    kv_many,
    kv_single,
    namespaces,
    purge,
    records,
    rulesets,
    tokens,
    zone_files,
    zones,
)
from brownout_simulators.vendors.cloudflare.access import ROOT
from brownout_simulators.vendors.cloudflare.resources import State

_ALL: Final[tuple[Route[State], ...]] = (
    *tokens.ROUTES,
    *zones.ROUTES,
    *records.ROUTES,
    *batch.ROUTES,
    *zone_files.ROUTES,
    *purge.ROUTES,
    *namespaces.ROUTES,
    *kv_single.ROUTES,
    *kv_many.ROUTES,
    *rulesets.ROUTES,
    *buckets.ROUTES,
)
ROUTES: Final = tuple(replace(route, path=ROOT + route.path) for route in _ALL)
