"""docs/vendors/stripe.md says what the simulator does."""

import re
from pathlib import Path

from brownout_simulators.faults import FAULTS
from brownout_simulators.vendors.stripe import VENDOR
from brownout_simulators.vendors.stripe.magic import ALIASES, IBANS, NOT_EMULATED, describe, emulated
from brownout_simulators.vendors.stripe.state import KEEP_EVENTS, KEEP_OBJECTS, SEARCH_LAG_S
from brownout_simulators.vendors.stripe.webhooks import EVENTS

TEXT = (Path(__file__).parents[2] / "docs" / "vendors" / "stripe.md").read_text()


def test_every_magic_input_is_there_with_what_it_does() -> None:
    missing = []
    for alias, card in ALIASES.items():
        row, of_a_country = f"| `{alias}` | {card.number} | {describe(card)} |", f"`{alias}` {card.number}"
        if row not in TEXT and not (describe(card) == "succeeds" and of_a_country in TEXT):
            missing.append(alias)
    assert missing == []
    for number, card in IBANS.items():
        assert f"| {number} | {describe(card)} |" in TEXT


def test_how_many_of_the_documented_inputs_are_emulated_is_said() -> None:
    assert f"{emulated()} of {emulated() + len(NOT_EMULATED)}" in TEXT
    assert f"{emulated()} of {emulated() + len(NOT_EMULATED)} are emulated" in VENDOR.magic.values()
    for name, why in NOT_EMULATED.items():
        assert f"| `{name}` | {why} |" in TEXT


def test_every_event_and_no_other_is_there() -> None:
    table = TEXT.partition("## Webhooks")[2].partition("## Faults")[0]
    assert set(re.findall(r"`([a-z_]+(?:\.[a-z_]+)+)`", table)) - {one.rpartition(".")[0] for one in EVENTS} == EVENTS


def test_every_fault_that_is_suggested_exists() -> None:
    table = TEXT.partition("## Faults worth trying")[2].partition("## Limits")[0]
    named = set(re.findall(r"`([a-z_]+)(?:`|: \{)", table))
    assert {"drop_after_effect", "fail_after_effect", "lock", "webhooks"} <= named
    assert named - set(FAULTS) - {"limits", "latency"} == set()


def test_every_limit_and_environment_variable_is_there() -> None:
    for limit in VENDOR.limits:
        assert f"`{limit.name}`" in TEXT
    for name in VENDOR.environment("http://127.0.0.1", VENDOR.test_key("docs")):
        assert f"`{name}`" in TEXT


def test_the_endpoints_that_are_not_stripes_own_are_owned_up_to() -> None:
    for route in VENDOR.routes:
        if "/test_helpers/" in route.path:
            assert f"`{route.method} {route.path}`" in TEXT


def test_the_figures_are_the_codes() -> None:
    assert f"{KEEP_OBJECTS:,} objects" in TEXT
    assert f"{KEEP_EVENTS:,} events" in TEXT
    assert f"{SEARCH_LAG_S} s behind" in TEXT
    assert f"port {VENDOR.port}" in TEXT
