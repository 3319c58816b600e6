"""The recipe for an adapter works as it is printed: one module and one line of the table."""

import asyncio
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from brownout_core import adapters
from brownout_core.adapters import ADAPTERS
from brownout_core.adapters.declaration import by_name, read_access, secrets_of
from brownout_core.asking import Asking
from brownout_core.compose import AppConfig, Replacements, build
from brownout_core.errors import ConfigError, VendorRefused
from brownout_core.stores.memory import MemoryClaimStore
from brownout_core.stores.sqlite import SqliteDeadLetterStore
from brownout_core.transport import Request, Response
from brownout_core.transports.memory import MemoryTransport
from tests.support.aio import virtually

RECIPE = Path(__file__).parents[2] / "docs" / "add-an-adapter.md"
TEXT = RECIPE.read_text(encoding="utf-8")


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The recipe's module."""
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    made = ModuleType("pager")
    monkeypatch.setitem(sys.modules, "pager", made)  # dataclasses look for their module
    exec(compile(code, str(RECIPE), "exec"), made.__dict__)  # noqa: S102
    return made


async def sent(module: Any, answer: Response) -> tuple[str, list[Request]]:
    """An application that has the adapter sends a page: what came back, and what went out."""
    requests: list[Request] = []

    async def vendor(request: Request) -> Response:
        requests.append(request)
        return answer

    table, loop = by_name(module.ADAPTER), asyncio.get_running_loop()
    app = build(
        AppConfig(access=read_access(table, {"PAGER_KEY": "pager_test_1"})),
        Replacements(adapters=table, flows={}),
        transports={"pager": MemoryTransport(vendor)},
        claims=MemoryClaimStore(loop.time),
        dead_letters=SqliteDeadLetterStore(":memory:", wall_clock=loop.time),
        wall_clock=loop.time,
    )
    page = await app.guarded["pager"](
        Asking("order-7"),
        "send",
        lambda client: client.send(operation_id="order-7", idempotency_key="k", to="a@b.example", text="Hello"),
        idempotent=True,
    )
    await app.close()
    return page, requests


def test_its_call_goes_out_with_key_and_ids_and_its_answer_is_read(module: Any) -> None:
    page, (request,) = virtually(sent(module, Response(200, {}, b'{"id": "page_1"}')))
    assert page == "page_1"
    assert (request.method, request.url) == ("POST", "http://127.0.0.1:12199/pages")
    assert request.headers["Authorization"] == "Bearer pager_test_1"
    assert (request.headers["Idempotency-Key"], request.headers["X-Correlation-ID"]) == ("k", "order-7")


def test_its_error_is_one_of_ours_in_the_vendors_words(module: Any) -> None:
    told = Response(422, {}, b'{"message": "to is no address", "name": "validation_error"}')
    with pytest.raises(VendorRefused, match="to is no address") as refused:
        virtually(sent(module, told))
    assert refused.value.code == "validation_error"


def test_what_is_missing_is_named_and_what_is_secret_hidden(module: Any) -> None:
    table = by_name(module.ADAPTER)
    with pytest.raises(ConfigError, match="missing in the environment: PAGER_KEY"):
        read_access(table, {})
    access = read_access(table, {"PAGER_KEY": "pager_test_1"})["pager"]
    assert list(secrets_of(access)) == ["pager_test_1"]
    assert "pager_test_1" not in repr(access)


def test_the_line_is_one_of_the_table(module: Any) -> None:
    (line,) = re.findall(r"^    (\w+\.ADAPTER),$", TEXT, re.MULTILINE)
    assert line == f"{module.ADAPTER.name}.ADAPTER"
    listed = re.findall(r"^    (\w+)\.ADAPTER,$", Path(adapters.__file__).read_text(), re.MULTILINE)
    assert listed == list(ADAPTERS)


def test_the_recipe_is_a_page() -> None:
    assert len(TEXT.splitlines()) <= 70
