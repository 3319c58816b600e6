"""From a name to a verdict: what is refused before anything runs, and what a run leaves."""

from pathlib import Path

import pytest

from brownout_harness import run
from brownout_harness.evidence import Gap, GapKind
from brownout_harness.problems import BadInput
from brownout_harness.run import Order, evidence_of, execute, prepare
from brownout_harness.run_inputs import FaultCount, RunInputs
from brownout_harness.vocabulary import vocabulary
from brownout_reports.run_folder import Status
from brownout_reports.run_folder import read as read_run
from brownout_scenarios.load import load
from tests.support.shop_scenario import write_shop

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
        (["healthy"], {"redis_url": "redis://127.0.0.1:6379/0"}, "--redis is for real mode"),
        (["healthy"], {"mode": "real", "redis_url": "redis://192.0.2.1:6379"}, "aims at 192.0.2.1"),
        (["healthy"], {"environment": {"STRIPE_API_KEY": LIVE}}, "STRIPE_API_KEY holds a live key"),
        (["healthy"], {"mode": "real", "redis_url": f"redis://:{LIVE}@127.0.0.1"}, "an argument holds a live key"),
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


def test_a_target_of_ones_own_needs_real_mode(tmp_path: Path) -> None:
    path = str(write_shop(tmp_path))
    with pytest.raises(BadInput, match="add --mode real"):
        prepared(path)
    assert prepared(path, mode="real")[0].scenario.name == "shop"


def operation(number: int) -> dict[str, object]:
    return {
        "operation_id": f"buy-{number}",
        "name": "buy",
        "intended_s": number / 10,
        "sent_s": number / 10,
        "finished_s": number / 10 + 0.1,
        "asks": 1,
        "status": 200,
        "outcome": "done",
        "detail": "",
    }


def effect(number: int) -> dict[str, object]:
    return {
        "entry": "effect",
        "seq": number,
        "vendor": "stripe",
        "account": "a",
        "operation_id": f"buy-{number}",
        "at_s": number / 10,
        "route": "stripe.charge",
        "id": f"ch_{number}",
    }


def inputs(**more: object) -> RunInputs:
    numbers = range(40)
    given: dict[str, object] = {
        "operations": tuple(map(operation, numbers)),
        "ledger": tuple(map(effect, numbers)),
        "dead_letters_known": False,
        "fault_counts": {"trouble.0": FaultCount(matched=20, struck=9)},
        "duration_s": 4.5,
        **more,
    }
    return RunInputs(**given)  # type: ignore[arg-type]


def test_the_only_operation_of_a_foreign_target_is_to_leave_the_effect_that_is_expected_once(tmp_path: Path) -> None:
    scenario = load(write_shop(tmp_path), vocabulary())
    evidence = evidence_of(scenario, inputs(), {})
    assert evidence.expected_effects == {"buy": ("stripe.charge",)}
    assert evidence.dead_letters is None
    assert not evidence.telemetry
    assert [(fault.id, fault.matched, fault.struck) for fault in evidence.faults] == [("trouble.0", 20, 9)]
    assert [phase.name for phase in evidence.phases] == ["steady", "trouble"]


def executed(monkeypatch: pytest.MonkeyPatch, given: RunInputs) -> run.Finished:
    monkeypatch.setattr(run, "_run", lambda _order, _work, _progress: given)
    (order,) = prepared(str(write_shop(Path.cwd())), mode="real", out=Path("A"))
    return execute(order)


def test_a_run_leaves_a_whole_folder_that_can_be_read_back(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "target.log").write_text("hello\n")
    finished = executed(monkeypatch, inputs(logs=logs, secrets=frozenset({"sk_test_secret"}), notes=("a note",)))
    assert finished.exit_code == 0
    back = read_run(finished.folder)
    assert back.verdict.verdict is Status.PASSED
    assert back.verdict.target.endswith("--port {{port}}")
    assert "a note" in back.verdict.notes
    assert back.operations.height == 40
    names = {path.name for path in finished.folder.iterdir()}
    assert names >= {"scenario.yaml", "verdict.json", "report.html", "junit.xml", "summary.md", "logs"}
    assert (finished.folder / "logs" / "target.log").read_text() == "hello\n"


def test_a_secret_in_a_log_fails_a_run_that_demands_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "target.log").write_text("charging with sk_test_secret_51H\n")
    path = write_shop(Path.cwd())
    path.write_text(path.read_text() + "  - no_secrets: {}\n")
    monkeypatch.setattr(
        run, "_run", lambda _order, _work, _progress: inputs(logs=logs, secrets=frozenset({"sk_test_secret_51H"}))
    )
    (order,) = prepared(str(path), mode="real", out=Path("A"))
    finished = execute(order)
    assert finished.exit_code == 1
    assert "logs/target.log" in str(finished.verdict.expectations)
    assert "sk_test_secret_51H" not in finished.verdict.model_dump_json()


def test_an_effect_too_many_fails_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    twice = {**effect(3), "seq": 99, "id": "ch_again"}
    given = inputs()
    finished = executed(monkeypatch, inputs(ledger=(*given.ledger, twice)))
    assert finished.exit_code == 1


def test_a_fault_that_struck_less_than_the_scenario_asks_makes_the_run_inconclusive(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = write_shop(Path.cwd())
    monkeypatch.setattr(run, "_run", lambda _order, _work, _progress: inputs())
    for asked, exit_code in ((9, 0), (10, 3)):
        text = path.read_text().replace("share: 50%", f"share: 50%, expect_struck: {asked}")
        assert "expect_struck" in text
        mine = path.with_name(f"asked-{asked}.yaml")
        mine.write_text(text)
        (order,) = prepared(str(mine), mode="real", out=Path(f"out-{asked}"))
        assert execute(order).exit_code == exit_code


def test_a_harness_that_fell_short_makes_the_run_inconclusive(monkeypatch: pytest.MonkeyPatch) -> None:
    finished = executed(monkeypatch, inputs(gaps=(Gap(GapKind.PROCESS_DIED, "redis ended unasked"),)))
    assert finished.exit_code == 3
    assert "redis ended unasked" in finished.verdict.reasons[0]
