"""The three vendors as small functions, for tests of adapters and flows: faithful where those look, no further.

Each is a `MemoryTransport` handler. `script` says what happens to the next requests, one entry each: `None` answers
well, an exception is raised before the work, `After(...)` is raised after it, a `Response` is answered instead of the
work, `AfterAnswer(...)` instead of the answer.
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from brownout_core.adapters.declaration import Wire
from brownout_core.adapters.sales import SalesAccess
from brownout_core.adapters.stripe import StripeAccess
from brownout_core.adapters.twilio import TwilioAccess
from brownout_core.compose import AppConfig
from brownout_core.redaction import Redactor
from brownout_core.transport import Lost, Request, Response, Transport
from brownout_core.transports.memory import MemoryTransport

WALL_S = 1_750_000_000.0
STRIPE_KEY = "sk_test_planted_secret_stripe"
TWILIO_TOKEN = "planted-secret-twilio-token"
SALES_SECRET = "planted-secret-sales"
SECRETS = (STRIPE_KEY, TWILIO_TOKEN, SALES_SECRET)


@dataclass
class After:
    """The work is done, and then this is raised (or the answer never comes)."""

    error: Exception | None = None


@dataclass
class AfterAnswer:
    """The work is done, and then this is answered."""

    answer: Response


HANG = "hang"
Step = None | Exception | After | AfterAnswer | Response | str


def reply(status: int, data: Any, **headers: str) -> Response:
    """A JSON answer; `retry_after="3"` becomes the header `retry-after`."""
    return Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, orjson.dumps(data))


def form_of(request: Request) -> dict[str, str]:
    return dict(parse_qsl(request.body.decode(), keep_blank_values=True))


class Fake:
    """What the three have in common."""

    def __init__(self) -> None:
        self.script: deque[Step] = deque()
        self.always: Step = None
        self.requests: list[Request] = []
        self.effects: list[str] = []
        """The operation id of each effect, from the correlation header: effects are counted by operation."""

    @property
    def transport(self) -> MemoryTransport:
        return MemoryTransport(self.handle)

    async def handle(self, request: Request) -> Response:
        self.requests.append(request)
        step = self.script.popleft() if self.script else self.always
        await asyncio.sleep(0.01)
        if isinstance(step, Exception):
            raise step
        if isinstance(step, Response):
            return step
        if step == HANG:
            await asyncio.Event().wait()
        answer = self.work(request)
        if isinstance(step, After):
            if step.error is None:
                await asyncio.Event().wait()
            raise step.error or Lost
        return step.answer if isinstance(step, AfterAnswer) else answer

    def work(self, request: Request) -> Response:
        raise AssertionError(request)

    def effect(self, request: Request) -> None:
        self.effects.append(request.headers["X-Correlation-ID"])

    def sent(self, method: str, path: str) -> list[Request]:
        return [each for each in self.requests if each.method == method and urlsplit(each.url).path == path]


class FakeStripe(Fake):
    """Payment intents with idempotency keys; a saved answer is replayed, whatever it was."""

    def __init__(self) -> None:
        super().__init__()
        self.saved: dict[str, Response] = {}
        self.intents: list[dict[str, Any]] = []
        self.save_next: Response | None = None

    def work(self, request: Request) -> Response:
        path = urlsplit(request.url).path
        if request.method == "POST" and path == "/v1/payment_intents":
            key = request.headers["Idempotency-Key"]
            if key not in self.saved:
                self.saved[key] = self._create(request)
            return self.saved[key]
        if path == "/v1/payment_intents/search":
            wanted = dict(parse_qsl(urlsplit(request.url).query))["query"].partition(":")[2].strip("'")
            found = [each for each in self.intents if each["metadata"]["operation_id"] == wanted]
            return reply(200, {"object": "search_result", "data": found})
        if request.method == "GET":
            return reply(200, self.intents[0])
        return reply(200, {"id": "re_1", "status": "succeeded", "amount": 5, "email": None, "metadata": {}})

    def _create(self, request: Request) -> Response:
        fields = form_of(request)
        if fields["payment_method"] == "pm_card_visa_chargeDeclined":
            error = {"type": "card_error", "code": "card_declined", "message": f"Declined; your key is {STRIPE_KEY}"}
            return reply(402, {"error": error})
        self.effect(request)
        intent = {
            "id": f"pi_{len(self.intents) + 1}",
            "object": "payment_intent",
            "status": "succeeded",
            "amount": int(fields["amount"]),
            "currency": fields["currency"],
            "latest_charge": "ch_1",
            "metadata": {"operation_id": fields["metadata[operation_id]"]},
        }
        self.intents.append(intent)
        if self.save_next is not None:
            answer, self.save_next = self.save_next, None
            return answer
        return reply(200, intent)


class FakeTwilio(Fake):
    """Messages without any idempotency."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[dict[str, Any]] = []
        self.date = "Sun, 15 Jun 2025 15:06:40 +0000"  # WALL_S
        self.answers_date: str | None = None

    def work(self, request: Request) -> Response:
        url = urlsplit(request.url)
        if "/v2/Services/" in url.path:
            given = form_of(request)
            verification = {"sid": "VE1", "to": given["To"], "channel": "sms", "status": "pending"}
            return reply(201, {**verification, "valid": given.get("Code") == "123456"})
        if request.method == "POST":
            self.effect(request)
            fields = form_of(request)
            message = {
                "sid": f"SM{len(self.messages)}",
                "status": "queued",
                "to": fields["To"],
                "from": fields["From"],
                "body": fields["Body"],
                "date_created": self.date,
            }
            self.messages.insert(0, message)
            return reply(201, message)
        query = dict(parse_qsl(url.query))
        if "To" not in query:
            return reply(200, self.messages[0])
        size, page = int(query["PageSize"]), int(query.get("Page", "0"))
        matching = [each for each in self.messages if each["to"] == query["To"]]
        rows = matching[page * size : (page + 1) * size]
        more = f"{url.path}?To=%2B{query['To'][1:]}&PageSize={size}&Page={page + 1}"
        answer = {"messages": rows, "next_page_uri": more if len(matching) > (page + 1) * size else None}
        return reply(200, answer, **({"date": self.answers_date} if self.answers_date else {}))


class FakeSales(Fake):
    """Tokens, and orders with idempotency keys and a unique business key."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens = 0
        self.lifetime_s = 900
        self.token_answer: Response | None = None
        self.token_hangs = False
        self.valid_tokens: set[str] = set()
        self.saved: dict[str, Response] = {}
        self.orders: dict[str, dict[str, Any]] = {}

    async def handle(self, request: Request) -> Response:
        if urlsplit(request.url).path == "/oauth2/token":
            self.requests.append(request)
            await asyncio.sleep(0.05)
            self.tokens += 1
            if self.token_hangs:
                await asyncio.Event().wait()
            if self.token_answer is not None:
                return self.token_answer
            token = f"pyx_at_{self.tokens}"
            self.valid_tokens = {token}
            return reply(200, {"access_token": token, "expires_in": self.lifetime_s, "token_type": "Bearer"})
        return await super().handle(request)

    def work(self, request: Request) -> Response:
        if request.headers["Authorization"].removeprefix("Bearer ") not in self.valid_tokens:
            return reply(401, {"code": "token-expired", "title": "expired"})
        if request.method == "GET":
            path = urlsplit(request.url).path
            if path == "/api/v2/orders":
                wanted = dict(parse_qsl(urlsplit(request.url).query))["orderId"]
                return reply(200, {"data": [each for each in self.orders.values() if each["orderId"] == wanted]})
            return reply(200, next(each for each in self.orders.values() if each["id"] == path.rpartition("/")[2]))
        key = request.headers["Idempotency-Key"]
        if key not in self.saved:
            self.saved[key] = self._create(request)
        return self.saved[key]

    def _create(self, request: Request) -> Response:
        document: Mapping[str, Any] = orjson.loads(request.body)
        existing = self.orders.get(document["orderId"])
        if existing is not None:
            return reply(409, {"code": "duplicate-order", "title": "exists", "existingId": existing["id"]})
        self.effect(request)
        order = {
            "id": f"ord_{len(self.orders)}",
            "orderId": document["orderId"],
            "status": "received",
            "metadata": document["metadata"],
        }
        self.orders[document["orderId"]] = order
        return reply(201, order)


ACCESS: Mapping[str, Any] = {
    "stripe": StripeAccess(base_url="http://stripe.test", api_key=STRIPE_KEY),
    "twilio": TwilioAccess(
        base_url="http://twilio.test", account_sid="AC1", auth_token=TWILIO_TOKEN, verify_service="VA1"
    ),
    "sales": SalesAccess(base_url="http://sales.test", client_id="client", client_secret=SALES_SECRET),
}


def config(**changes: Any) -> AppConfig:
    """An application's settings against the fakes."""
    return AppConfig(**{"access": ACCESS, "operations": ("pay", "notify", "place_order"), **changes})


def wire(transport: Transport, *, wall_s: float = WALL_S) -> Wire:
    """What a client is made of besides its access."""
    return Wire(transport, lambda: wall_s, Redactor(SECRETS))
