"""The pages about the core are true: their examples run, and they name every setting, route and field."""

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from pydantic import BaseModel

from brownout_core.adapters import ADAPTERS
from brownout_core.adapters.declaration import variables_of
from brownout_core.compose import Replacements
from brownout_core.flows import FLOWS
from brownout_core.flows.ending import EndingStatus
from brownout_core.flows.place_order import OrderLine, OrderSite
from brownout_core.gateway import settings
from brownout_core.policies.dead_letter import DeadLetterConfig, Redrive
from brownout_core.policies.idempotency import IdempotencyConfig
from brownout_core.records import LetterState
from brownout_core.stores.opening import CLAIMS, DEAD_LETTERS
from tests.core.front_door.browser import Browser, browse

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "core.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


REQUESTS: list[type[BaseModel]] = [*(flow.request for flow in FLOWS.values()), OrderLine, OrderSite]


def named(word: str) -> bool:
    return re.search(rf"(?<![\w/]){re.escape(word)}(?!\w)", PAGE) is not None


@pytest.mark.real
@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_every_example_runs(number: int, tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", EXAMPLES[number]],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr


def test_every_variable_of_the_environment_is_named() -> None:
    source = Path(settings.__file__).read_text()
    names = set(re.findall(r'"(BROWNOUT_[A-Z_]+)"', source)) - {"BROWNOUT_REDIS_URL"}  # which has another name now
    names |= {name for adapter in ADAPTERS.values() for name in variables_of(adapter)}
    assert len(names) == 65
    assert [name for name in sorted(names) if not named(name)] == []


def test_every_route_is_named() -> None:
    async def body(browser: Browser) -> None:
        routes = browser.door.routes()
        assert len(routes) == 14
        assert [route for route in sorted(routes) if f"`{route}`" not in PAGE] == []

    browse(body, secrets=("whsec_x",))


def test_every_store_is_named() -> None:
    assert [scheme for scheme in {*CLAIMS, *DEAD_LETTERS} if f"`{scheme}:" not in PAGE] == []


def test_every_field_part_and_outcome_is_named() -> None:
    words = [
        *(each.name for kind in (IdempotencyConfig, DeadLetterConfig, Replacements) for each in fields(kind)),
        *(name for kind in REQUESTS for name in kind.model_fields),
        *EndingStatus,
        *LetterState,
        *Redrive,
    ]
    assert [word for word in words if word != "operation_id" and f"`{word}`" not in PAGE] == []


def test_the_defaults_of_idempotency_and_dead_letters_are_the_real_ones() -> None:
    for kind in (IdempotencyConfig, DeadLetterConfig):
        for each in fields(kind):
            default = f"{each.default:g}" if isinstance(each.default, int | float) else "the flow's"
            assert re.search(rf"\| `{each.name}` \| {re.escape(default)}", PAGE), each.name
