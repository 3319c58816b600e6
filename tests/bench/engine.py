"""The simulators without sockets: processor time of a payment, and memory under load, by the minute of simulated time.

A payment is a create under a key of its own, with a correlation id, two limits on the account in force and ten rules,
two of them on the route; a confirmed one is charged as well. Memory is that of a process of its own per vendor, 300
requests a second: what it holds after five minutes, and how much more after another ten. The ledger lies in a file.
"""

import argparse
import base64
import gc
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

from brownout_simulators.call import Call
from brownout_simulators.faults import Match, Rule
from brownout_simulators.faults.respond import Respond
from brownout_simulators.hosts.blocks import FileBlocks
from brownout_simulators.simulator import Simulator
from brownout_simulators.vendors import load_vendor
from tests.bench.measure import Row

PATH = "/v1/payment_intents"
CREATE = {"amount": "2000", "currency": "usd", "metadata[operation_id]": "op-1"}
CONFIRM = {
    **CREATE,
    "confirm": "true",
    "payment_method": "pm_card_visa",
    "automatic_payment_methods[enabled]": "true",
    "automatic_payment_methods[allow_redirects]": "never",
}
PER_S = 300


def run(*, quick: bool = False) -> list[Row]:
    """All of it; `quick` only to see that it runs."""
    rows = [
        _payments("create", CREATE, rounds=2 if quick else 25, count=200 if quick else 1_000),
        _payments("create and confirm", CONFIRM, rounds=2 if quick else 25, count=200 if quick else 1_000),
    ]
    for vendor in ("stripe",) if quick else ("stripe", "twilio", "sales"):
        rows += _memory(vendor, *((0.05, 0.1) if quick else (5.0, 15.0)))
    return rows


# -- processor time -----------------------------------------------------------------------------------------------


def _payments(name: str, fields: Mapping[str, str], *, rounds: int, count: int) -> Row:
    vendor = load_vendor("stripe")
    simulator: Simulator[Any] = Simulator(vendor, clock=time.monotonic, epoch_s=1.76e9)
    here, elsewhere = Match(method="POST", path=PATH), Match(method="POST", path="/v1/refunds")
    rules = [
        Rule(id=f"r{number}", vendor="stripe", fault=Respond(), match=here if number < 2 else elsewhere, share=1e-9)
        for number in range(10)
    ]
    limits = {"global-rate": {"rate_per_s": 1e6, "burst": 1e6}, "global-concurrency": {"concurrency": 10_000}}
    simulator.schedule(rules, limits=limits)
    headers = {"authorization": f"Bearer {vendor.test_key('bench')}", "x-correlation-id": "op-1"}
    body = urlencode(fields).encode()
    place = 0

    def sample(calls: int) -> float:
        nonlocal place
        asked = []
        for _ in range(calls):
            place += 1
            given = {**headers, "idempotency-key": f"key-{place}"}
            asked.append(Call("POST", PATH, "", given, body, time.monotonic()))
        started_s = time.process_time()
        for call in asked:
            _whole(simulator, call)
        return (time.process_time() - started_s) / calls * 1e6

    sample(count)
    taken = [sample(count) for _ in range(rounds)]
    note = f"of processor time a payment, median of {rounds}, best {min(taken):.1f}"
    return Row(bench="engine", case=f"Stripe: {name}", value=median(taken), unit="us", note=note)


def _whole(simulator: Simulator[Any], call: Call) -> Any:
    """One call that waits for nothing, from arrival to the last byte."""
    try:
        next(simulator.handle(call))
    except StopIteration as stop:
        simulator.sent(stop.value, chunks=1, left=False)
        if stop.value.status >= 300:
            raise RuntimeError(f"{call.path} was answered with {stop.value.status}: {stop.value.body!r}") from None
        return stop.value
    raise RuntimeError("nothing here waits")


# -- memory -------------------------------------------------------------------------------------------------------


def _memory(vendor: str, first_min: float, last_min: float) -> list[Row]:
    command = [sys.executable, "-m", "tests.bench.engine", vendor, str(first_min), str(last_min)]
    first_mb, last_mb = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    note = f"resident, at {PER_S} requests a second"
    return [
        Row(bench="engine", case=f"{vendor}: after {first_min:g} minutes", value=first_mb, unit="MB", note=note),
        Row(
            bench="engine",
            case=f"{vendor}: more after {last_min:g}",
            value=max(0.0, last_mb - first_mb),
            unit="MB",
            goal=30.0,
            note="idle stores fill up: Twilio's hold 100,000" if vendor == "twilio" else "",
        ),
    ]


class Soak:
    """One vendor under load, in simulated time."""

    def __init__(self, name: str) -> None:
        self.now_s = 0.0
        self.vendor = load_vendor(name)
        self.simulator: Simulator[Any] = Simulator(
            self.vendor, clock=lambda: self.now_s, epoch_s=1.76e9, base_url="http://soak.localhost", blocks=FileBlocks()
        )
        self.key = self.vendor.test_key("soak")
        self.one: Callable[[int], None] = getattr(self, f"_{name}")
        self.token = ""
        self.token_until_s = 0.0

    def until(self, minutes: float, number: int) -> int:
        """Load up to this minute, from request `number` on; the number of the next request."""
        while self.now_s < minutes * 60.0:
            self.now_s += 1 / PER_S
            for webhook in self.simulator.run_due(self.now_s):
                self.simulator.webhook_done(webhook.id, 200)
            self.one(number)
            number += 1
        if self.simulator.problems:
            raise RuntimeError(str(self.simulator.problems))
        return number

    def ask(self, path: str, body: bytes, **headers: str) -> Any:
        """A POST; header names are written with underscores."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return _whole(self.simulator, Call("POST", path, "", given, body, self.now_s))

    def _basic(self) -> str:
        return "Basic " + base64.b64encode(self.key.encode()).decode()

    def _stripe(self, number: int) -> None:
        form = {**CONFIRM, "metadata[operation_id]": f"op-{number}"}
        self.ask(
            PATH, urlencode(form).encode(), authorization=f"Bearer {self.key}", idempotency_key=f"key-{number:020}"
        )

    def _twilio(self, number: int) -> None:
        form = {"To": f"+1415{number % 10_000_000:07}", "From": "+15005550006", "Body": f"hello {number}"}
        path = f"/2010-04-01/Accounts/{self.key.partition(':')[0]}/Messages.json"
        self.ask(path, urlencode(form).encode(), authorization=self._basic())

    def _sales(self, number: int) -> None:
        if self.now_s >= self.token_until_s:
            answer = self.ask("/oauth2/token", b"grant_type=client_credentials", authorization=self._basic())
            self.token, self.token_until_s = json.loads(answer.body)["access_token"], self.now_s + 600.0
        money = {"amount": "10.00", "currency": "USD"}
        order = {
            "orderId": f"A-{number}",
            "customer": {"name": "Jenny Rosen"},
            "site": {"line1": "1 Main Street", "city": "Springfield", "postalCode": "12345", "country": "US"},
            "lines": [{"lineNo": 1, "sku": "LAMP", "quantity": "1", "unitPrice": money}],
            "total": money,
            "metadata": {"operation_id": f"op-{number}"},
        }
        self.ask(
            "/api/v2/orders/intake",
            json.dumps(order).encode(),
            authorization=f"Bearer {self.token}",
            content_type="application/json",
            idempotency_key=f"key-{number:020}",
        )


def _resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


def main() -> None:
    """One vendor's memory after so many minutes, and after so many: two numbers."""
    parser = argparse.ArgumentParser()
    parser.add_argument("vendor")
    parser.add_argument("minutes", type=float, nargs=2)
    options = parser.parse_args()
    soak, number, held = Soak(options.vendor), 0, []
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, -1, 2_000)  # as where it is served
    for minutes in options.minutes:
        number = soak.until(minutes, number)
        held.append(_resident_mb())
    print(json.dumps(held))


if __name__ == "__main__":
    main()
