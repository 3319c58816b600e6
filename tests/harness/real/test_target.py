"""How the application under test is started, and what is refused."""

import dataclasses
import json
import socket
import sys
from pathlib import Path

import pytest

from brownout_core.gateway.parts import PARTS
from brownout_harness.problems import BadInput
from brownout_harness.real.booths import Booth
from brownout_harness.real.target import Launch, launch
from brownout_harness.running.orders import checked_scenario
from brownout_scenarios.phases import Phase
from brownout_scenarios.schema import Policies, Scenario
from brownout_scenarios.target import Command, Ready, Target
from brownout_scenarios.workload import Arrivals, Operation, Workload
from tests.support.target import Target as Served

STRIPE = Booth("stripe", "http://127.0.0.1:1", {"STRIPE_API_BASE": "http://127.0.0.1:1", "STRIPE_API_KEY": "sk_test_1"})


def launched(target: Target | None, folder: Path, policies: Policies | None = None) -> Launch:
    scenario = Scenario(
        name="shop",
        about="",
        target=target,
        workload=Workload(arrivals=Arrivals(rate_per_s=1.0), operations=(Operation(name="pay"),)),
        phases=(Phase(name="steady", for_s=1.0),),
        policies=policies or Policies(),
        expect=(),
        path=folder / "shop.yaml",
    )
    return launch(
        scenario, [STRIPE], redis_url="redis://127.0.0.1:2/0", scratch=folder, seed=7, environment={"PATH": "/bin"}
    )


def test_the_gateway_finds_simulators_redis_stores_and_policies_in_its_environment(tmp_path: Path) -> None:
    policies = Policies(preset="original", vendors={"stripe": {"breaker": {"open_for_s": 5}}})
    gateway = launched(None, tmp_path, policies)
    environment = gateway.environment
    assert environment["PATH"] == "/bin"
    assert environment["STRIPE_API_BASE"] == STRIPE.url
    assert environment["STRIPE_API_KEY"] == "sk_test_1"
    assert environment["BROWNOUT_CLAIMS"] == "redis://127.0.0.1:2/0"
    assert environment["BROWNOUT_SEED"] == "7"
    assert gateway.url == f"http://127.0.0.1:{environment['BROWNOUT_PORT']}"
    assert gateway.telemetry == Path(environment["BROWNOUT_TELEMETRY"])
    assert json.loads(Path(environment["BROWNOUT_POLICIES"]).read_text()) == policies.to_json()
    assert gateway.has_dead_letters


def test_the_gateway_hears_the_vendors_that_the_scenario_says_and_no_other(tmp_path: Path) -> None:
    scenario, listened = checked_scenario("sales-order-events", "real", None), []

    def listen(url: str) -> dict[str, str]:
        listened.append(url)
        return {"sales": "pyx_whsec_1"}

    made = launch(scenario, [STRIPE], redis_url="", scratch=tmp_path, seed=7, environment={}, listen=listen)
    assert listened == [made.url]
    assert (made.environment["BROWNOUT_HEARS"], made.environment["SALES_WEBHOOK_SECRET"]) == ("sales", "pyx_whsec_1")
    assert launched(None, tmp_path).environment["BROWNOUT_HEARS"] == "nobody"


def test_the_gateways_parts_are_those_it_is_given_and_none_that_happen_to_be_in_the_environment(tmp_path: Path) -> None:
    scenario = checked_scenario("healthy", "real", None)

    def environment(parts: str = "") -> str:
        told = {PARTS: "left:over"}
        made = launch(scenario, [STRIPE], redis_url="", scratch=tmp_path, seed=7, environment=told, parts=parts)
        return made.environment[PARTS]

    assert environment() == ""
    assert environment("shop:parts") == "shop:parts"


def test_a_command_of_ones_own_has_its_templates_filled_in_and_runs_in_the_scenarios_folder(tmp_path: Path) -> None:
    target = Target(
        url="http://127.0.0.1:{{port}}/",
        command=Command(("{{python}}", "shop.py", "--port", "{{port}}")),
        env={"PAYMENTS_URL": "{{stripe.url}}", "PAYMENTS_KEY": "{{stripe.key}}"},
        ready=Ready(path="/up", within_s=3.0),
    )
    shop = launched(target, tmp_path)
    port = shop.environment["PORT"]
    assert shop.url == f"http://127.0.0.1:{port}"
    assert shop.ready_url == f"http://127.0.0.1:{port}/up"
    assert list(shop.command) == [sys.executable, "shop.py", "--port", port]
    assert shop.environment["PAYMENTS_URL"] == STRIPE.url
    assert shop.environment["PAYMENTS_KEY"] == "sk_test_1"
    assert shop.cwd == tmp_path
    assert shop.telemetry is None
    assert not shop.has_dead_letters


def test_a_target_that_already_runs_is_not_started(tmp_path: Path) -> None:
    assert list(launched(Target(url="http://127.0.0.1:8080"), tmp_path).command) == []


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (Target(url="http://192.0.2.1:80"), "aims at 192.0.2.1"),
        (Target(url="http://127.0.0.1:80", command=Command(("no-such-shop",))), "no-such-shop does not exist"),
        (Target(url="http://127.0.0.1:80", env={"A": "{{clerk.url}}"}), "names {{clerk.url}}; known are port"),
        (Target(url="http://127.0.0.1:80", env={"A": "sk_" + "live_" + "x" * 20}), "holds a live key"),
    ],
)
def test_a_target_that_cannot_be_is_refused_in_one_line(tmp_path: Path, target: Target, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        launched(target, tmp_path)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "x" * 20 not in str(refused.value)


def test_a_port_where_something_else_serves_is_refused(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        shop = launched(Target(url=f"http://127.0.0.1:{port}"), tmp_path)
        with pytest.raises(BadInput, match=f"port {port} is taken"):
            shop.require_free_port()
    shop.require_free_port()


@pytest.mark.parametrize(
    ("target", "port"),
    [(Target(url="http://127.0.0.1:{{port}}", port=3999), "3999"), (Target(url="http://127.0.0.1:3998"), "3998")],
)
def test_a_fixed_port_is_what_the_application_is_told(tmp_path: Path, target: Target, port: str) -> None:
    shop = launched(dataclasses.replace(target, command=Command(("{{python}}", "shop.py", "{{port}}"))), tmp_path)
    assert (shop.url, shop.environment["PORT"], shop.command[-1]) == (f"http://127.0.0.1:{port}", port, port)


def test_why_a_target_is_not_ready_names_what_was_asked_and_what_came(tmp_path: Path) -> None:
    with Served() as target:
        ready = Launch(name="shop", url=target.url, ready_url=f"{target.url}/status/200", within_s=1.0)
        assert ready.why_not_ready() == ""
        ill = dataclasses.replace(ready, ready_url=f"{target.url}/status/503")
        assert ill.why_not_ready() == f"GET {target.url}/status/503 answered 503"
    assert ready.why_not_ready().startswith(f"GET {target.url}/status/200: ")
    assert "refused" in ready.why_not_ready()
    assert dataclasses.replace(ready, ready_log="up").why_not_ready() == "its log has no line with 'up'"
    assert Launch(name="worker", url="", ready_url="", within_s=1.0).is_ready()
