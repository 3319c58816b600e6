"""What is to be run: what cannot be is refused before anything starts."""

import re
from pathlib import Path

import pytest

from brownout_core.gateway.parts import PARTS
from brownout_harness.problems import BadInput
from brownout_harness.real import false_time, letters_disk
from brownout_harness.running.orders import MODES, Mode, Order, checked_scenario, prepare, runnable
from brownout_scenarios import library
from brownout_scenarios.checks.common import MAX_ARRIVALS
from brownout_simulators.hosts.blocks import FileBlocks
from tests.support.queue_shop_scenario import write_queue_shop
from tests.support.shop_scenario import AGREED, write_shop

LIVE = "sk_" + "live_" + "51Habcdefghijk"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def prepared(*names: str, **options: object) -> list[Order]:
    given = {"mode": "virtual", "time": "T", "environment": {}, **options}
    return prepare(names, **given)  # type: ignore[arg-type]


def test_a_run_goes_to_a_folder_of_its_time_scenario_and_mode() -> None:
    (order,) = prepared("healthy")
    assert order.folder == Path("runs/T-healthy-virtual")
    assert order.command == f"brownout run healthy --mode virtual --seed {order.scenario.seed}"


def test_a_folder_that_is_there_already_is_left_alone_by_default() -> None:
    Path("runs/T-healthy-virtual").mkdir(parents=True)
    first, second = prepared("healthy", "healthy")
    assert (first.folder.name, second.folder.name) == ("T-healthy-virtual-2", "T-healthy-virtual-3")


def test_out_is_the_run_folder_of_one_scenario_and_holds_those_of_several() -> None:
    assert prepared("healthy", out=Path("A"))[0].folder == Path("A")
    several = prepared("healthy", "stripe-brownout", out=Path("A"))
    assert [order.folder for order in several] == [Path("A/T-healthy-virtual"), Path("A/T-stripe-brownout-virtual")]


def test_a_seed_replaces_the_scenarios_own() -> None:
    (order,) = prepared("healthy", seed=99)
    assert order.scenario.seed == 99
    assert order.command.endswith("--seed 99")


@pytest.mark.parametrize(
    ("names", "options", "said"),
    [
        (["stripe-brownuot"], {}, "did you mean stripe-brownout"),
        (["nowhere/mine.yaml"], {}, "nowhere/mine.yaml: no such file"),
        (["healthy"], {"seed": -1}, "--seed -1 is outside"),
        (["healthy"], {"redis": "redis://127.0.0.1:6379/0"}, "--redis is for real mode"),
        (["healthy"], {"mode": "real", "redis": "redis://192.0.2.1:6379"}, "aims at 192.0.2.1"),
        (["healthy"], {"environment": {"STRIPE_API_KEY": LIVE}}, "STRIPE_API_KEY holds a live key"),
        (
            ["store-away"],
            {"mode": "real", "redis": "redis://127.0.0.1:6379"},
            "is not the run's own, and is left alone",
        ),
        (["healthy"], {"mode": "real", "redis": f"redis://:{LIVE}@127.0.0.1"}, "an argument holds a live key"),
        (["healthy"], {"out": Path("file/below")}, "--out file/below: Not a directory"),
        (["healthy"], {"out": Path("file")}, "there is something already"),
    ],
)
def test_what_cannot_be_run_is_one_line_and_nothing_is_written(
    names: list[str], options: dict[str, object], said: str
) -> None:
    Path("file").write_text("")
    with pytest.raises(BadInput) as refused:
        prepared(*names, **options)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert LIVE not in str(refused.value)
    assert [path.name for path in Path().iterdir()] == ["file"]


def test_the_redis_of_a_real_run_is_chosen_before_it() -> None:
    (order,) = prepared("healthy", mode="real", redis="fake")
    assert order.redis is not None
    assert order.redis.words == "embedded fakeredis"
    assert prepared("healthy")[0].redis is None


def test_a_target_of_ones_own_needs_real_mode(tmp_path: Path) -> None:
    path = str(write_shop(tmp_path))
    with pytest.raises(BadInput, match="add --mode real"):
        prepared(path)
    assert prepared(path, mode="real")[0].scenario.name == "shop"


ASGI = """\
name: their-shop
about: A shop.
target: {asgi: "shop:app"}
workload:
  arrivals: {rate: 1/s}
  operations: [{name: pay, path: /pay, leaves: [stripe.charge]}]
correlate: {stripe: [body.metadata.order_id]}
phases: [{name: only, for: 10s}]
expect: [{exactly_once: {effect: stripe.charge}}]
"""


@pytest.mark.parametrize(
    ("old", "new", "mode", "said"),
    [
        ("", "", "real", "target: says nothing of processes: add command and url, or run it without --mode real"),
        ('target: {asgi: "shop:app"}', 'target: {asgi: "shop:app"}\nreplicas: 2', "virtual", "replicas: would share"),
    ],
)
def test_an_asgi_application_is_refused_what_its_mode_has_not(
    tmp_path: Path, old: str, new: str, mode: Mode, said: str
) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(ASGI.replace(old, new, 1) if old else ASGI, encoding="utf-8")
    with pytest.raises(BadInput, match=re.escape(said)):
        checked_scenario(str(path), mode, None)


def test_the_redis_of_an_asgi_application_is_not_killed_in_virtual_time(tmp_path: Path) -> None:
    path, both = (
        tmp_path / "shop.yaml",
        'app", command: [env], url: "http://127.0.0.1:{{port}}", env: {R: "{{redis.url}}"}}',
    )
    text = ASGI.replace('app"}', both).replace("for: 10s", "for: 10s, actions: [{at: 1s, kill: store, for: 2s}]")
    path.write_text(text, encoding="utf-8")
    assert checked_scenario(str(path), "real", None).has_store
    with pytest.raises(BadInput, match="is done to the Redis of such a target in real mode alone"):
        checked_scenario(str(path), "virtual", None)


def test_the_gateways_clock_moves_in_real_mode_where_the_library_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(false_time, "library", lambda: None)
    with pytest.raises(
        BadInput, match=r"actions\[0\]\.clock: needs libfaketime, .*apt-get install libfaketime, or run"
    ):
        prepared("clock-jumps-ahead", mode="real")
    assert prepared("clock-jumps-ahead")
    monkeypatch.setattr(false_time, "library", lambda: Path("/x"))
    assert prepared("clock-jumps-ahead", mode="real")


def test_few_of_the_library_are_for_one_mode_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(false_time, "library", lambda: Path("/x"))
    monkeypatch.setattr(letters_disk, "objection", lambda: "")
    # A death between two writes of a process of its own is for virtual time.
    of_one_mode = {name for name in library.names() if runnable(name)[1] != MODES}
    assert of_one_mode == {"killed-at-every-stage", "notices-killed"}


def test_what_effects_hold_can_be_demanded_only_where_it_is_said(tmp_path: Path) -> None:
    path = write_shop(tmp_path)
    path.write_text(path.read_text().replace("- nothing_lost: {}", "- as_asked: {}"))
    with pytest.raises(BadInput, match=r"as_asked: nobody said what effects are to hold: write `as_asked: \{vendor"):
        checked_scenario(str(path), "real", None)
    path = write_shop(tmp_path, agreed=AGREED.replace("{{amount}}", "{{amuont}}"))
    with pytest.raises(BadInput, match=r"no value for \{\{amuont\}\} \(did you mean amount\?\)"):
        checked_scenario(str(path), "real", None)


def test_the_books_hold_the_most_arrivals_that_a_scenario_may_make() -> None:
    """Ten requests and an effect of each: told at load by the bound on arrivals, not by a ledger that drops rows."""
    assert FileBlocks.rows_limit >= MAX_ARRIVALS * 11


def test_other_parts_of_the_gateway_are_in_the_order_and_in_the_command_that_repeats_it() -> None:
    (order,) = prepared("healthy", environment={PARTS: "brownout_core.compose:Replacements"})
    assert order.parts == "brownout_core.compose:Replacements"
    assert order.command.startswith("BROWNOUT_GATEWAY_PARTS=brownout_core.compose:Replacements brownout run healthy")


@pytest.mark.parametrize(("parts", "message"), [("gone:parts", "cannot be loaded"), ("math:pi", "must be a callable")])
def test_parts_that_are_none_are_refused_beforehand(parts: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        prepared("healthy", environment={PARTS: parts})


def test_a_target_of_ones_own_is_not_run_as_if_it_had_other_parts(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="has a target of its own, which knows no parts: unset it"):
        prepared(str(write_shop(tmp_path)), mode="real", environment={PARTS: "brownout_core.compose:Replacements"})


def test_several_processes_are_refused_where_there_are_none(tmp_path: Path) -> None:
    path = str(write_queue_shop(tmp_path))
    assert checked_scenario(path, "real", None).processes == ("web", "worker")
    with pytest.raises(BadInput, match="targets: are processes, which virtual mode has not: add --mode real"):
        checked_scenario(path, "virtual", None)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("ready: {log: up}", "target.ready.log: is a process's, and virtual mode has none"),
        (
            "observe: {prometheus: {breakers: {stripe: {metric: state, closed: 0, open: 1, open_for: 5s}}}}",
            "target.observe: is looked at in real mode alone: add --mode real",
        ),
    ],
)
def test_what_is_read_of_a_process_is_refused_where_there_is_none(tmp_path: Path, more: str, said: str) -> None:
    path = write_shop(tmp_path)
    text = path.read_text().replace("  ready: {path: /, within: 20s}", f"  asgi: shop:app\n  {more}")
    path.write_text(text)
    checked_scenario(str(path), "real", None)
    with pytest.raises(BadInput, match=said):
        checked_scenario(str(path), "virtual", None)
