"""A shop of somebody else's: a bare ASGI application that asks Stripe over httpx. Tests change a line."""

from pathlib import Path
from textwrap import dedent, indent

from brownout_harness.judging.inputs import RunInputs
from brownout_harness.judging.judge import Judgement
from brownout_harness.running.execute import judged
from brownout_harness.running.orders import checked_scenario
from brownout_harness.virtual.runner import run_virtual

SHOP = """
import asyncio, datetime, json, os, random, subprocess, threading, time, uuid
import httpx

BANK = None
WORDS = []

async def pay(order, key):
    form = {"amount": order["amount"], "currency": "usd", "payment_method": "pm_card_visa", "confirm": "true",
            "automatic_payment_methods[enabled]": "true", "automatic_payment_methods[allow_redirects]": "never",
            "metadata[order_id]": order["order_id"]}
    for _ in range(6):
        try:
            answer = await BANK.post("/v1/payment_intents", data=form, headers={"Idempotency-Key": key()})
        except httpx.TransportError:
            continue
        if answer.status_code < 500:
            return answer.status_code
    return 502

async def checkout(order):
    status = await pay(order, lambda: order["order_id"])
    return status, {}

async def app(scope, receive, send):
    global BANK
    if scope["type"] == "lifespan":
        await receive()
        BANK = httpx.AsyncClient(base_url=os.environ["STRIPE_API_BASE"], timeout=2.0,
                                 headers={"Authorization": "Bearer " + os.environ["STRIPE_API_KEY"]})
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    status, told = 200, {"words": WORDS}
    if scope["path"] == "/checkout":
        order = json.loads((await receive())["body"])
        status, told = await checkout(order)
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": json.dumps(told).encode()})
"""

SCENARIO = """
name: somebodys-shop
about: A shop of somebody else's.
seed: {seed}
target: {{asgi: "shop:app", ready: /health}}
workload:
  arrivals: {{rate: 10/s, process: constant}}
  operations:
    - name: checkout
      path: /checkout
      body: {{amount: "{{{{amount}}}}"}}
      operation_id: {{body: order_id}}
      leaves: [stripe.charge]
  answer_within: 30s
correlate:
  stripe: [body.metadata.order_id]
phases:
  - name: only
    for: 4s
{more}
expect:
  - exactly_once: {{effect: stripe.charge}}
  - nothing_lost: {{}}
"""

LOSING = "faults: [{vendor: stripe, match: POST /v1/payment_intents, share: 40%, drop_after_effect: {}}]"


def shop_with(checkout: str = "", *, beside: str = "") -> str:
    """The shop, with another body of `checkout`, and with something beside it."""
    text = SHOP
    if checkout:
        head, tail = text.split("async def checkout(order):\n")
        rest = tail[tail.index("\nasync def app") :]
        text = head + "async def checkout(order):\n" + indent(dedent(checkout).strip(), "    ") + "\n" + rest
    return text.replace("WORDS = []\n", f"WORDS = []\n{dedent(beside)}\n")


def written(folder: Path, shop: str = SHOP, *, more: str = "", seed: int = 7) -> Path:
    """A scenario for that shop, in a folder of its own; `more` are lines of its one phase."""
    (folder / "shop.py").write_text(shop, encoding="utf-8")
    path = folder / "shop.yaml"
    path.write_text(SCENARIO.format(more=indent(more, "    "), seed=seed), encoding="utf-8")
    return path


def ran(folder: Path, shop: str = SHOP, *, more: str = "", seed: int = 7) -> RunInputs:
    """What came of a run of it."""
    return run_virtual(checked_scenario(str(written(folder, shop, more=more, seed=seed)), "virtual", None))


def verdict(folder: Path, shop: str = SHOP, *, more: str = "", seed: int = 7) -> Judgement:
    """How it is judged."""
    scenario = checked_scenario(str(written(folder, shop, more=more, seed=seed)), "virtual", None)
    return judged(scenario, run_virtual(scenario))
