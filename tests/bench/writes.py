"""Each vendor's main write beside a bare aiohttp + uvloop handler, at 32 connections.

The servers are loaded in turn by a closed loop, bare and vendor in each round. What is compared is the processor time
of a request: a server that is never idle answers as many as fit into a second of it, and others who use the machine
take nothing from it but room in the caches. Answers a second, as they came, are in the note. Every request writes
something new; no rule and no limit is in force.
"""

import asyncio
import base64
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from statistics import median
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from brownout_core.adapters.jwt_grant import GRANT, assertion, pem
from brownout_simulators.vendors import VENDORS, load_vendor
from tests.bench.http_client import Generator
from tests.bench.measure import Row, paired_ratio
from tests.bench.simulators import Server, serving

CONNECTIONS: Final = 32
RATIO: Final = 0.55
OF_SQL: Final = 0.35
"""Behind Supabase is a real SQL engine."""
FORM: Final = "application/x-www-form-urlencoded"
JSON: Final = "application/json"


@dataclass(frozen=True)
class Write:
    """A main write. Path and headers take the test key: `{key}`, what is before its colon `{user}`, after it
    `{token}`, `{basic}`; a path also which one it is, `{number}`, and one of several users, `{place}`: each of them
    between commas has a turn of 900 requests."""

    path: str
    headers: Mapping[str, str]
    body: Callable[[int], Any]
    """Of the nth: a mapping, as a form or as JSON."""
    kind: str = JSON
    goal: float = RATIO


class Load(NamedTuple):
    """What came of loading a server."""

    cpu_us: float
    per_s: float


def _order(number: int) -> Mapping[str, Any]:
    return {
        "orderId": f"A-{number}",
        "customer": {"name": "Ada Example", "phone": "+12025550123"},
        "site": {"line1": "1 Main St", "city": "Springfield", "postalCode": "12345", "country": "US"},
        "lines": [{"lineNo": 1, "sku": "PUMP", "quantity": "2", "unitPrice": {"amount": "10.50", "currency": "USD"}}],
        "total": {"amount": "21.00", "currency": "USD"},
        "metadata": {"operation_id": f"op-{number}"},
    }


BEARER: Final = {"Authorization": "Bearer {key}"}
WRITES: Final[Mapping[str, Write]] = {
    "stripe": Write(
        "/v1/payment_intents",
        {**BEARER, "Idempotency-Key": "key-{number}"},
        lambda number: {"amount": "2000", "currency": "usd", "metadata[operation_id]": f"op-{number}"},
        FORM,
    ),
    "twilio": Write(
        "/2010-04-01/Accounts/{user}/Messages.json",
        {"Authorization": "Basic {basic}"},
        lambda number: {"To": f"+1202{number % 10**7:07d}", "From": "+15005550006", "Body": "hello"},
        FORM,
    ),
    "sales": Write("/api/v2/orders/intake", {**BEARER, "Idempotency-Key": "idempotency-key-{number}"}, _order),
    "openai": Write(
        "/v1/chat/completions",
        BEARER,
        lambda number: {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": f"What is new, {number}?"}]},
    ),
    "gemini": Write(
        "/v1beta/models/gemini-2.0-flash:generateContent",
        {"x-goog-api-key": "{key}"},
        lambda number: {"contents": [{"role": "user", "parts": [{"text": f"What is new, {number}?"}]}]},
    ),
    "clerk": Write("/v1/users", BEARER, lambda number: {"email_address": [f"user-{number}@example.com"]}),
    "vault": Write(
        "/v1/secret/data/key-{number}",
        {"X-Vault-Token": "{key}"},
        lambda number: {"data": {"value": f"value-{number}"}, "options": {"cas": 0}},
    ),
    "supabase": Write(
        "/rest/v1/jobs",
        {**BEARER, "apikey": "{key}", "Prefer": "return=representation"},
        lambda number: {"business_key": f"job-{number}", "status": "queued"},
        goal=OF_SQL,
    ),
    "docusign": Write(
        "/restapi/v2.1/accounts/{user}/envelopes",
        {"Authorization": "Bearer {token}"},
        lambda number: {
            "status": "sent",
            "emailSubject": f"Contract {number}",
            "documents": [{"documentId": "1", "name": "contract.txt", "documentBase64": "d29yZHM="}],
            "recipients": {"signers": [{"recipientId": "1", "name": "Ada", "email": f"user-{number}@example.com"}]},
        },
    ),
    "resend": Write(
        "/emails",
        {**BEARER, "Idempotency-Key": "key-{number}"},
        lambda number: {
            "from": "Shop <shop@mail.test>",
            "to": [f"user-{number}@sim.test"],
            "subject": f"Receipt {number}",
            "html": "<p>Thank you</p>",
            "tags": [{"name": "operation_id", "value": f"op-{number}"}],
        },
    ),
    "erp": Write(
        "{user}/inventoryReservations",
        {"Authorization": "Bearer {token}"},
        lambda number: {"itemNumber": "FLT-20x25", "quantity": 1, "externalDocumentNumber": f"R-{number}"},
    ),
    "cloudflare": Write(
        "/client/v4/zones/{place}/dns_records",
        {"Authorization": "Bearer {token}"},
        lambda number: {"type": "A", "name": f"host-{number}", "content": "192.0.2.1", "comment": f"op-{number}"},
    ),
}
TURN: Final = 900
"""A zone of Cloudflare's takes a thousand records."""
ZONES: Final = 120


def run(*, quick: bool = False) -> list[Row]:
    """All of it; `quick` only to see that it runs."""
    rounds, seconds = (1, 0.3) if quick else (7, 1.0)
    return [_row(name, WRITES[name], rounds=rounds, seconds=seconds) for name in VENDORS if name in WRITES]


def _row(name: str, write: Write, *, rounds: int, seconds: float) -> Row:
    bare: list[Load] = []
    ours: list[Load] = []
    numbers = count()
    bare_write = Write("/v1/payment_intents", {}, WRITES["stripe"].body, FORM)
    with serving("bare") as bare_server, serving(name) as server:
        key = asyncio.run(key_of(name, server))
        _loaded(server, write, key, numbers, min(seconds, 0.5))
        for _ in range(rounds):
            bare.append(_loaded(bare_server, bare_write, "", count(), seconds))
            ours.append(_loaded(server, write, key, numbers, seconds))
    ratio = paired_ratio([load.cpu_us for load in bare], [load.cpu_us for load in ours])
    per_s, bare_per_s = (median(load.per_s for load in loads) for loads in (ours, bare))
    cpu_us, bare_us = (median(load.cpu_us for load in loads) for loads in (ours, bare))
    return Row(
        bench="writes",
        case=f"{name}: POST {write.path}, against bare aiohttp",
        value=ratio,
        unit="x",
        goal=write.goal,
        better="higher",
        note=f"processor time {cpu_us:.0f} us a request, bare {bare_us:.0f}; {per_s:,.0f}/s came of {bare_per_s:,.0f}",
    )


async def key_of(name: str, server: Server) -> str:
    """What the vendor's calls carry: the test key, or the token that it is exchanged for."""
    key = load_vendor(name).test_key("bench")
    exchanges = {"sales": _sales_key, "docusign": _docusign_key, "erp": _erp_key, "cloudflare": _cloudflare_key}
    return await exchanges[name](key, server) if name in exchanges else key


async def _sales_key(key: str, server: Server) -> str:
    """An access token."""
    asked = {"grant_type": "client_credentials"}
    token: str = (await _posted(server, "/oauth2/token", asked, f"Basic {_basic(key)}"))["access_token"]
    return token


async def _docusign_key(key: str, server: Server) -> str:
    """Account and access token, by an assertion."""
    said = load_vendor("docusign").environment(f"http://127.0.0.1:{server.port}", key)
    now_s = int(time.time())  # noqa: TID251  the server's own clock
    claims = {"iss": key, "sub": said["DOCUSIGN_USER_ID"], "aud": "account-d.docusign.com", "iat": now_s}
    signed = assertion({**claims, "exp": now_s + 600, "scope": "signature"}, pem(said["DOCUSIGN_PRIVATE_KEY"]))
    token = (await _posted(server, "/oauth/token", {"grant_type": GRANT, "assertion": signed}))["access_token"]
    return f"{said['DOCUSIGN_ACCOUNT_ID']}:{token}"


async def _erp_key(key: str, server: Server) -> str:
    """The company's path and an access token."""
    said = load_vendor("erp").environment(f"http://127.0.0.1:{server.port}", key)
    asked = {
        "grant_type": "client_credentials",
        "client_id": said["ERP_CLIENT_ID"],
        "client_secret": said["ERP_CLIENT_SECRET"],
        "scope": "https://api.businesscentral.dynamics.com/.default",
    }
    token = (await _posted(server, f"/{said['ERP_TENANT']}/oauth2/v2.0/token", asked))["access_token"]
    root = f"/v2.0/{said['ERP_TENANT']}/{said['ERP_ENVIRONMENT']}/api/fsm/field/v1.0"
    return f"{root}/companies({said['ERP_COMPANY_ID']}):{token}"


async def _cloudflare_key(key: str, server: Server) -> str:
    """Zones and the token."""
    zones = [
        (await _posted(server, "/client/v4/zones", {"name": f"zone-{number}.test"}, f"Bearer {key}", JSON))["result"]
        for number in range(ZONES)
    ]
    return f"{','.join(zone['id'] for zone in zones)}:{key}"


async def _posted(
    server: Server, path: str, fields: Mapping[str, str], authorization: str = "", kind: str = FORM
) -> Any:
    """What a call before the load is answered with."""
    body = (urlencode(fields) if kind == FORM else json.dumps(fields)).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
    if authorization:
        head += f"Authorization: {authorization}\r\n"
    return json.loads(await Generator("127.0.0.1", server.port).fetch(f"{head}\r\n".encode() + body))


def _loaded(server: Server, write: Write, key: str, numbers: Iterator[int], seconds: float) -> Load:
    before_s = server.cpu_s()
    requests = requests_of(write, key, numbers)
    per_s = asyncio.run(Generator("127.0.0.1", server.port).closed(requests, CONNECTIONS, seconds))
    return Load((server.cpu_s() - before_s) / (per_s * seconds) * 1e6, per_s)


def requests_of(write: Write, key: str, numbers: Iterator[int]) -> Iterator[bytes]:
    """Without end, each with a number of its own."""
    user, _, token = key.partition(":")
    places = user.split(",")
    named = {
        name: value.format(key=key, user=user, token=token, basic=_basic(key), number="{number}")
        for name, value in write.headers.items()
    }
    lines = [
        f"POST {write.path.format(user=user, number='{number}', place='{place}')} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Content-Type: {write.kind}",
    ]
    lines += [f"{name}: {value}" for name, value in named.items()]
    head = "\r\n".join(lines)
    for number in numbers:
        fields = write.body(number)
        body = (urlencode(fields) if write.kind == FORM else json.dumps(fields)).encode()
        this = head.replace("{number}", str(number)).replace("{place}", places[number // TURN % len(places)])
        yield f"{this}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def _basic(key: str) -> str:
    return base64.b64encode(key.encode()).decode()
