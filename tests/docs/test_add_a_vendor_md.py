"""The recipe for a vendor, and what is said of larger ones, works as it is printed."""

import asyncio
import json
import re
import sys
import types
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from brownout_simulators.faults import rule_from_json
from brownout_simulators.hosts.memory import MemoryHost, SessionEnded
from brownout_simulators.simulator import Simulator
from brownout_simulators.vendor import Vendor
from brownout_simulators.vendors import VENDORS
from tests.conformance import checking
from tests.support.aio import virtually

DOCS = Path(__file__).parents[2] / "docs"
RECIPE, IN_FULL = DOCS / "add-a-vendor.md", DOCS / "a-vendor-in-full.md"
KEY = {"x-pager-key": "pager_test_a", "x-correlation-id": "op-1"}


def _blocks(page: Path) -> list[str]:
    return re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


def test_the_checks_for_the_official_client_are_declared_as_it_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "CHECKS", [])
    monkeypatch.setitem(sys.modules, "pager_sdk", types.ModuleType("pager_sdk"))
    _, checks = _blocks(IN_FULL)
    exec(compile(checks, str(IN_FULL), "exec"), {"__name__": "checks"})  # noqa: S102
    assert [(one.number, one.clients) for one in checking.CHECKS] == [(1, ("python",))]


def _recipe() -> Vendor[Any]:
    """The pager, with the routes of the radio beside its own."""
    namespace: dict[str, Any] = {}
    for page in (RECIPE, IN_FULL):
        exec(compile(_blocks(page)[0], str(page), "exec"), namespace)  # noqa: S102
    pager: Vendor[Any] = namespace["VENDOR"]
    return replace(pager, routes=[*pager.routes, *namespace["ROUTES"]])


def test_the_line_is_one_of_the_table_and_leads_to_the_package() -> None:
    text = RECIPE.read_text(encoding="utf-8")
    ((name, module),) = re.findall(r'^"(\w+)": "([\w.]+)",$', text, re.MULTILINE)
    assert f"/{module.replace('.', '/')}/__init__.py`" in text
    assert {entry: each.replace(name, entry) for entry, each in [(one, module) for one in VENDORS]} == dict(VENDORS)


def test_the_recipe_is_a_page() -> None:
    assert len(RECIPE.read_text(encoding="utf-8").splitlines()) <= 110


def host() -> MemoryHost:
    return MemoryHost(Simulator(_recipe(), clock=asyncio.get_running_loop().time, epoch_s=1.7e9))


async def ask(pager: MemoryHost, method: str, path: str, **fields: str) -> tuple[int, Any]:
    status, _, body = await pager.exchange(method, path, KEY, json.dumps(fields).encode() if fields else b"")
    return status, json.loads(body)


def test_the_smallest_vendor_has_accounts_faults_and_a_ledger() -> None:
    async def main() -> None:
        pager = host()
        assert (await ask(pager, "POST", "/pages", to="me"))[0] == 201
        assert await ask(pager, "POST", "/pages", text="x") == (422, {"error": "to is required"})
        assert await ask(pager, "GET", "/pages") == (404, {"error": "no such path"})
        assert [row["operation_id"] for row in pager.simulator.ledger.rows()] == ["op-1"] * 3 + [""]
        pager.simulator.schedule([rule_from_json({"id": "t", "vendor": "pager", "throttle": {}})])
        assert await ask(pager, "POST", "/pages", to="me") == (429, {"error": "too many pages"})

    virtually(main())


def test_its_stream_takes_its_time() -> None:
    async def main() -> None:
        pager, loop = host(), asyncio.get_running_loop()
        async with pager.open("GET", "/radio", KEY) as incoming:
            heard = [(chunk, loop.time()) async for chunk in incoming]
        assert heard == [(b"this ", 1.0), (b"is ", 2.0), (b"radio", 3.0)]

    virtually(main())


def test_its_session_says_back_what_is_said_to_all_who_listen() -> None:
    async def main() -> None:
        pager = host()
        async with pager.connect("/air", KEY) as first, pager.connect("/air", KEY) as second:
            await first.send("hello")
            assert [await first.receive(), await first.receive()] == ["welcome", "hello"]
            assert [await second.receive(), await second.receive()] == ["welcome", "hello"]
            await first.send("bye")
            with pytest.raises(SessionEnded, match="1000 goodbye"):
                await first.receive()

    virtually(main())
