"""The sample shop has the two faults that it is there for, and no other."""

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from tests.support.aio import really

FOLDER = Path(__file__).parents[2] / "docs" / "samples" / "naive_shop"


def shop() -> ModuleType:
    spec = importlib.util.spec_from_file_location("naive_shop", FOLDER / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Vendor:
    """Answers each call as told; `None`: the connection ends without an answer."""

    def __init__(self, answers: Sequence[tuple[int, dict[str, Any]] | None]) -> None:
        self.answers = list(answers)
        self.keys: list[str] = []
        self.bodies: list[str] = []

    async def create(self, request: web.Request) -> web.Response:
        self.keys.append(request.headers["Idempotency-Key"])
        self.bodies.append(await request.text())
        answer = self.answers.pop(0)
        if answer is None:
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        return web.json_response(answer[1], status=answer[0])


PAID = (200, {"id": "pi_1", "object": "payment_intent"})
DECLINED = (402, {"error": {"type": "card_error", "code": "card_declined", "message": "no"}})
DOWN = (500, {"error": {"type": "api_error", "message": "down"}})


def checkout(vendor: Vendor) -> tuple[int, dict[str, Any]]:
    async def main() -> tuple[int, dict[str, Any]]:
        stripe = web.Application()
        stripe.router.add_post("/v1/payment_intents", vendor.create)
        async with TestServer(stripe) as simulator:
            app = shop().make_app(str(simulator.make_url("")).rstrip("/"), "sk_test_shop")
            async with TestServer(app) as server, ClientSession() as client:
                answer = await client.post(server.make_url("/checkout"), json={"order_id": "order-1", "amount": 1999})
                return answer.status, await answer.json()

    return really(main())


def test_a_lost_answer_is_asked_for_again_under_another_key() -> None:
    vendor = Vendor([None, PAID])
    assert checkout(vendor) == (200, {"paid": "pi_1"})
    assert len(set(vendor.keys)) == 2
    assert all("metadata[order_id]=order-1" in body for body in vendor.bodies)


@pytest.mark.parametrize(
    ("answers", "status", "tries"), [([PAID], 200, 1), ([DECLINED], 402, 1), ([DOWN, DOWN, DOWN], 502, 3)]
)
def test_it_answers_as_the_scenario_reads_it(answers: list[Any], status: int, tries: int) -> None:
    vendor = Vendor(answers)
    assert checkout(vendor)[0] == status
    assert len(vendor.keys) == tries


def test_it_sets_no_timeout() -> None:
    assert "timeout=" not in (FOLDER / "app.py").read_text(encoding="utf-8")
