"""The page about the core is true: its examples run, and it names every setting, route and field."""

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from brownout_core.compose import Parts
from brownout_core.flows.outcome import OutcomeStatus
from brownout_core.flows.requests import NotifyRequest, OrderLine, OrderRequest, OrderSite, PayRequest
from brownout_core.gateway import settings
from brownout_core.gateway.app import Gateway
from brownout_core.policies.dead_letter import DeadLetterConfig, Redrive
from brownout_core.policies.idempotency import IdempotencyConfig
from brownout_core.redaction import Redactor
from brownout_core.sinks.prometheus import PrometheusSink

PAGE = (Path(__file__).parents[2] / "docs" / "core.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


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
    names = set(re.findall(r'"((?:BROWNOUT|STRIPE|TWILIO|SALES)_[A-Z_]+)"', source))
    assert len(names) == 19
    assert [name for name in sorted(names) if not named(name)] == []


def test_every_route_is_named() -> None:
    gateway = Gateway(
        None,  # type: ignore[arg-type]  # nobody asks it
        metrics=PrometheusSink(),
        wall_clock=lambda: 0.0,
        redactor=Redactor(),
        logger=None,
        instance="docs",
        webhook_secrets=("whsec_x",),
    )
    routes = {
        f"{route.method} {route.resource.canonical}"
        for route in gateway.web_application().router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    assert len(routes) == 11
    assert [route for route in sorted(routes) if f"`{route}`" not in PAGE] == []


def test_every_field_part_and_outcome_is_named() -> None:
    words = [
        *(each.name for kind in (IdempotencyConfig, DeadLetterConfig, Parts) for each in fields(kind)),
        *(
            name
            for kind in (PayRequest, NotifyRequest, OrderRequest, OrderLine, OrderSite)
            for name in kind.model_fields
        ),
        *OutcomeStatus,
        *Redrive,
    ]
    assert [word for word in words if word != "operation_id" and f"`{word}`" not in PAGE] == []


def test_the_defaults_of_idempotency_and_dead_letters_are_the_real_ones() -> None:
    for kind in (IdempotencyConfig, DeadLetterConfig):
        for each in fields(kind):
            default = f"{each.default:g}" if isinstance(each.default, int | float) else "the vendor's"
            assert re.search(rf"\| `{each.name}` \| {re.escape(default)}", PAGE), each.name
