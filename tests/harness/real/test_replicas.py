"""How several processes of one target are started: alike in everything but name, port, seed and telemetry."""

import dataclasses
from pathlib import Path

from brownout_harness.asked.request import Request
from brownout_harness.real import load_process, redis_process
from brownout_harness.real.booths import name_of
from brownout_harness.real.replicas import Ways, asker, have_look, launches, telemetry_of
from brownout_harness.real.target import Launch
from brownout_harness.words.vocabulary import vocabulary
from brownout_scenarios.checks.targets import HARNESS_OWN
from brownout_scenarios.load import load, load_text
from tests.support.shop_scenario import write_shop
from tests.support.target import Target
from tests.support.toy_vocabulary import SCENARIO
from tests.support.toy_vocabulary import vocabulary as toy_vocabulary

WAYS = Ways([], "redis://127.0.0.1:2/0")


def test_two_gateways_share_their_stores_and_nothing_else(tmp_path: Path) -> None:
    scenario = dataclasses.replace(load_text(SCENARIO, toy_vocabulary()), replicas=2)
    found = launches(scenario, lambda _: WAYS, scratch=tmp_path, listen=lambda _url: {})
    assert [(name, each.name) for name, each in found.items()] == [("gateway.0",) * 2, ("gateway.1",) * 2]
    one, other = (each.environment for each in found.values())
    differ = {name for name in one if one[name] != other[name]}
    assert differ == {"BROWNOUT_PORT", "BROWNOUT_TELEMETRY", "BROWNOUT_SEED", "BROWNOUT_SPILL"}
    assert len({each.url for each in found.values()}) == 2
    assert set(telemetry_of(found).values()) == {Path(each["BROWNOUT_TELEMETRY"]) for each in (one, other)}


def test_one_alone_has_no_number_and_its_telemetry_no_name(tmp_path: Path) -> None:
    found = launches(load_text(SCENARIO, toy_vocabulary()), lambda _: WAYS, scratch=tmp_path, listen=lambda _url: {})
    assert list(found) == [found["gateway"].name] == ["gateway"]
    assert telemetry_of(found) == {"": tmp_path / "telemetry.ndjson"}


def test_an_application_of_ones_own_gets_a_port_each_and_the_vendors_notify_the_first(tmp_path: Path) -> None:
    shop = load(write_shop(tmp_path), vocabulary())
    assert shop.target is not None
    target = dataclasses.replace(shop.target, env={"AT": "{{port}}"})
    heard: list[str] = []

    def listen(url: str) -> dict[str, str]:
        heard.append(url)
        return {"stripe": "whsec_1"}

    found = launches(
        dataclasses.replace(shop, target=target, replicas=3),
        lambda _: WAYS,
        scratch=tmp_path,
        listen=listen,
    )
    assert list(found) == ["target.0", "target.1", "target.2"]
    assert len({each.environment["AT"] for each in found.values()}) == 3
    assert all(each.url.endswith(each.environment["AT"]) for each in found.values())
    assert heard == [found["target.0"].url]
    assert {each.environment["STRIPE_WEBHOOK_SECRET"] for each in found.values()} == {"whsec_1"}
    assert telemetry_of(found) == {}


def test_an_operator_is_told_what_was_answered_or_why_nothing_was() -> None:
    with Target() as target:
        assert asker(target.url)(Request("GET", "/status/418", {}, b"")).status == 418
    gone = asker(target.url)(Request("GET", "/pay", {}, b""))
    assert (gone.status, bool(gone.error)) == (0, True)


def test_each_of_several_that_run_is_asked_how_it_is_before_one_speaks_for_all() -> None:
    with Target() as one, Target() as other:
        targets = {
            name: Launch(name=name, url=each.url, ready_url=f"{each.url}/health", within_s=1.0)
            for name, each in (("gateway.0", one), ("gateway.1", other))
        }
        have_look(targets, ["gateway.1"])
        have_look({"gateway": targets["gateway.0"]}, ["gateway"])
        assert (one.seen["/health"], other.seen["/health"]) == (0, 1)
        have_look(targets, list(targets))
        assert (one.seen["/health"], other.seen["/health"]) == (1, 2)


def test_no_process_of_the_harness_has_a_name_that_a_target_may_have() -> None:
    """Each has a log of that name."""
    own = [load_process.NAME, redis_process.NAME, name_of(["stripe"]), name_of(["stripe", "twilio"])]
    assert {each.partition("-")[0] for each in own} <= set(HARNESS_OWN)
