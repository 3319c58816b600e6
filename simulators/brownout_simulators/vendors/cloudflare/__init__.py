"""Cloudflare's API, version 4, as its official SDKs see it.

- `resources.py`   what a user holds, with the versions that a reader who is behind sees
- `actions.py`     the table of all routes. Behind it: `tokens.py`, `zones.py` (their states in `zone_states.py`),
  `records.py` (one DNS record), `batch.py` (many at once), `zone_files.py` (imported and exported), `purge.py` (of the
  cache), `namespaces.py`, `kv_single.py` and `kv_many.py` (Workers KV), `rulesets.py`, `buckets.py` (R2)
- `record_content.py` what a record may say; `record_book.py` which may stand beside which; `filters.py` which are
  listed; `names.py` hosts; `zone_lookup.py` the zone that a call is about
- `kv_values.py`   what a value may be, and what a reader sees of it
- `dialect.py`     bodies, the envelope, instants, ids; `paging.py` lists
- `access.py`      tokens and keys; `setup.py` what is set up at Cloudflare, `beginning.py` what is there then
- `errors.py`      how Cloudflare says no; `named_errors.py` which of them a fault can ask for
- `limits.py`      its limiters, off unless asked for; the headers on every answer
- `magic.py`       names with a fixed outcome

Not simulated: the edge itself (nothing is resolved, cached or filtered), GraphQL, Workers, Zero Trust, Stream, Images,
the S3 side of R2, scans of DNS, tokens made by the API.
"""

from typing import Final

from brownout_simulators.outsiders import KeyHolder
from brownout_simulators.router import Router
from brownout_simulators.vendor import Vendor
from brownout_simulators.vendors.cloudflare.access import ROOT, account_of, authenticate, environment, test_key
from brownout_simulators.vendors.cloudflare.actions import ROUTES
from brownout_simulators.vendors.cloudflare.beginning import admit
from brownout_simulators.vendors.cloudflare.dialect import BODY_LIMIT, parse
from brownout_simulators.vendors.cloudflare.errors import CloudflareErrors
from brownout_simulators.vendors.cloudflare.limits import LIMITS, decorate
from brownout_simulators.vendors.cloudflare.magic import DOCUMENTED
from brownout_simulators.vendors.cloudflare.named_errors import NAMED_ERRORS
from brownout_simulators.vendors.cloudflare.resources import State, stores
from brownout_simulators.vendors.cloudflare.setup import SETUP

_PATHS: Final = Router(ROUTES)
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")

VENDOR: Final[Vendor[State]] = Vendor(
    name="cloudflare",
    port=12122,
    hosts=("api.cloudflare.com",),
    routes=ROUTES,
    new_state=State,
    authenticate=authenticate,
    admit=admit,
    parse=parse,
    errors=CloudflareErrors(lambda path: any(_PATHS.find(method, path) for method in _METHODS)),
    decorate=decorate,
    environment=environment,
    test_key=test_key,
    account_of=account_of,
    key_holder=lambda key: KeyHolder(f"Bearer {key}"),
    stores=stores,
    limits=LIMITS,
    named_errors=NAMED_ERRORS,
    setup=SETUP,
    effects={
        "cloudflare.zone_create": ("name",),
        "cloudflare.zone_edit": ("name", "changed"),
        "cloudflare.zone_delete": ("name",),
        "cloudflare.zone_state": ("name", "status"),
        "cloudflare.dns_record": ("op", "zone", "type", "name", "content", "batch"),
        "cloudflare.dns_visible": ("op", "zone", "type", "name", "content", "batch"),
        "cloudflare.purge": ("zone", "selector", "items", "led_to"),
        "cloudflare.kv_namespace": ("op", "title"),
        "cloudflare.kv_write": ("key", "namespace", "bytes", "hash", "expires_s", "bulk", "text", "lives_s"),
        "cloudflare.kv_delete": ("key", "namespace", "bulk"),
        "cloudflare.ruleset_version": ("op", "zone", "phase", "version", "rules"),
        "cloudflare.r2_bucket": ("op", "name"),
    },
    # The SDKs' own tests leave it out.
    implied_root=ROOT,
    body_limit=BODY_LIMIT,
    magic=DOCUMENTED,
    clients={
        "cloudflare (Python)": "by CLOUDFLARE_BASE_URL and CLOUDFLARE_API_TOKEN alone: Cloudflare()",
        "cloudflare (Node)": "by CLOUDFLARE_BASE_URL and CLOUDFLARE_API_TOKEN alone: new Cloudflare()",
    },
)

__all__ = ["VENDOR"]
