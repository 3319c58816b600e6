"""The open-model generator: arrivals wait for nobody, latency counts from the intended instant, nothing is hidden."""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from brownout_core.clock import system_wall_clock
from brownout_harness.asked.tokens import MINTED
from brownout_harness.load.plan import Asking
from brownout_simulators.vendors.clerk.signing import unverified
from tests.harness.load.loads import arrivals, load
from tests.support.target import Target

pytestmark = pytest.mark.real


@pytest.fixture
def target() -> Iterator[Target]:
    with Target() as target:
        yield target


def test_every_arrival_is_asked_once_at_or_after_its_intended_instant(target: Target, tmp_path: Path) -> None:
    loaded = load(tmp_path, Asking(urls={"target": target.url}), arrivals("/pay", [n / 50 for n in range(50)]))
    assert loaded.exit_code == 0, loaded.errors
    assert Counter(row["outcome"] for row in loaded.operations) == {"done": 50}
    assert all(row["sent_s"] >= row["intended_s"] for row in loaded.operations)
    assert all(row["asks"] == 1 and row["status"] == 200 for row in loaded.operations)
    assert set(target.ids.values()) == {1}
    assert loaded.last["finished"]
    assert loaded.last["offered"] == loaded.last["planned"] == 50


def test_a_stall_counts_in_full_for_everyone_who_wanted_to_ask_meanwhile(target: Target, tmp_path: Path) -> None:
    # 100 a second for 5 s against a target that stands still for 0.5 s: the slowest 1 % of 500 waited for the first
    # 10 % of the stall and more, so the 99th percentile is 90 % of the stall. A closed model would show a few outliers.
    def stall(start_at_s: float) -> None:
        target.stall = (start_at_s + 2.0, start_at_s + 2.5)

    planned = arrivals("/stall", [n / 100 for n in range(500)])
    loaded = load(tmp_path, Asking(urls={"target": target.url}), planned, stall)
    latencies = sorted(row["finished_s"] - row["intended_s"] for row in loaded.operations)
    assert len(latencies) == 500
    assert latencies[494] >= 0.44  # the 99th percentile, predicted 0.45
    wanted_meanwhile = [row for row in loaded.operations if 2.0 <= row["intended_s"] < 2.5]
    assert all(row["finished_s"] >= 2.5 for row in wanted_meanwhile)
    # Nobody waited with asking for those who waited for an answer.
    assert sum(row["sent_s"] < 2.5 for row in wanted_meanwhile) > 25
    by_series = {(entry["type"], entry["name"]): entry for entry in loaded.stats}
    assert by_series["OPERATION", "pay"]["requests"] == by_series["POST", "POST pay"]["requests"] == 500
    assert by_series["OPERATION", "pay"]["p99_ms"] >= 400


def test_arrivals_beyond_the_bound_on_operations_in_flight_are_recorded_as_not_sent(
    target: Target, tmp_path: Path
) -> None:
    asking = Asking(urls={"target": target.url}, in_flight_limit=3, answer_within_s=0.5)
    loaded = load(tmp_path, asking, arrivals("/hang", [0.0] * 5))
    assert Counter(row["detail"] for row in loaded.operations) == {"timeout": 3, "not_sent_in_flight_limit": 2}
    assert loaded.last["not_sent"] == 2
    assert loaded.last["max_in_flight"] == 3
    assert loaded.last["in_flight"] == 0


def test_a_caller_left_without_an_answer_asks_again_with_the_same_id(target: Target, tmp_path: Path) -> None:
    asking = Asking(urls={"target": target.url}, ask_again_after_s=0.05, ask_again_times=2)
    loaded = load(tmp_path, asking, arrivals("/status/504", [0.0, 0.01]))
    assert [row["asks"] for row in loaded.operations] == [3, 3]
    for row in loaded.operations:
        again = json.loads(row["again_at"])
        assert row["sent_s"] < again[0] < again[1] < row["finished_s"]
    assert target.ids == {"op-0000": 3, "op-0001": 3}
    assert all(row["outcome"] == "unknown" and row["status"] == 504 for row in loaded.operations)


def test_who_is_refused_asks_again_where_told_to(target: Target, tmp_path: Path) -> None:
    asking = Asking(urls={"target": target.url}, ask_again_after_s=0.05, ask_again_times=2, ask_again_on=("refused",))
    asked = [*arrivals("/status/402", [0.0]), *arrivals("/status/504", [0.0, 0.01])[1:]]
    refused, unknown = sorted(load(tmp_path, asking, asked).operations, key=lambda row: str(row["operation_id"]))
    again = json.loads(refused["again_at"])
    assert (refused["outcome"], refused["asks"], refused["after_refusal_s"]) == ("refused", 3, again[-1])
    assert (unknown["outcome"], unknown["asks"], unknown["after_refusal_s"]) == ("unknown", 1, None)


def test_each_group_has_its_own_patience_and_its_own_bound(target: Target, tmp_path: Path) -> None:
    groups: dict[str, dict[str, Any]] = {
        "calm": {"answer_within_s": 0.3, "in_flight_limit": 2},
        "keen": {"in_flight_limit": 1},
    }
    asking = Asking(urls={"target": target.url}, answer_within_s=0.6, groups=groups)
    asked = arrivals("/hang", [0.0, 0.01, 0.02, 0.03])
    named = [each._replace(group=name) for each, name in zip(asked, ("keen", "keen", "calm", "calm"), strict=True)]
    rows = sorted(load(tmp_path, asking, named).operations, key=lambda row: str(row["operation_id"]))
    assert [(row["group"], row["detail"]) for row in rows] == [
        ("keen", "timeout"),
        ("keen", "not_sent_in_flight_limit"),
        ("calm", "timeout"),
        ("calm", "timeout"),
    ]
    assert rows[0]["longest_ask_s"] >= 0.6 > rows[2]["longest_ask_s"] >= 0.3


def test_users_wait_for_their_answers_and_think_before_they_ask_again(target: Target, tmp_path: Path) -> None:
    # Each could ask ten times within the second. Who is answered at once does, and who waits 0.2 s every time does not.
    asked = [
        each._replace(user=user, think_s=0.1)
        for user, path in (("u1", "/pay"), ("u2", "/hang"))
        for each in arrivals(path, [0.1 * n for n in range(1, 10)])
    ]
    named = [each._replace(operation_id=f"{each.user}-{each.operation_id}") for each in asked]
    loaded = load(tmp_path, Asking(urls={"target": target.url}, answer_within_s=0.2, ends_s=1.0), named)
    assert loaded.exit_code == 0, loaded.errors
    rows = {user: [row for row in loaded.operations if row["operation_id"].startswith(user)] for user in ("u1", "u2")}
    assert loaded.last["turns"] == loaded.last["offered"] == len(loaded.operations)
    assert (len(rows["u2"]), {row["detail"] for row in rows["u2"]}) == (3, {"timeout"})
    assert 4 <= len(rows["u1"]) <= 9
    for each in rows.values():
        for earlier, later in pairwise(sorted(each, key=lambda row: float(row["sent_s"]))):
            assert later["intended_s"] == pytest.approx(earlier["finished_s"] + 0.1)
            assert later["sent_s"] >= later["intended_s"]
    assert all(row["intended_s"] < 1.0 for row in loaded.operations)


def test_what_is_looked_up_first_and_not_found_is_not_asked_for(target: Target, tmp_path: Path) -> None:
    """What the target answers here: `{"status": "done"}`."""
    asked = [
        each._replace(path="/refund/brownout-found", find=("/look", at), asked_of="till")
        for each, at in zip(arrivals("/", [0.0, 0.01]), ("body.status", "body.nowhere"), strict=True)
    ]
    told = load(tmp_path, Asking(urls={"target": target.url}), asked).operations
    rows = sorted(told, key=lambda row: str(row["operation_id"]))
    assert [(row["status"], row["detail"], row["asked_of"]) for row in rows] == [
        (200, "", "till"),
        (0, "nothing_found", "till"),
    ]
    assert target.seen["/look"] == 2
    assert target.seen["/refund/done"] == 1


def test_a_session_token_is_made_when_it_is_sent(target: Target, tmp_path: Path) -> None:
    asked = [each._replace(body=MINTED, token="good") for each in arrivals("/pay", [0.0, 1.5])]
    began_s = system_wall_clock()
    loaded = load(tmp_path, Asking(urls={"target": target.url}, tokens_of=("clerk", "sk_test_brownout_door")), asked)
    assert [row["outcome"] for row in loaded.operations] == ["done", "done"], loaded.errors
    first, second = (unverified(target.bodies[each.operation_id].decode())[1] for each in asked)
    assert int(began_s) <= first["iat"] < second["iat"] <= system_wall_clock()


def test_of_two_processes_each_is_asked_in_turn_also_while_one_answers_nobody(target: Target, tmp_path: Path) -> None:
    with Target() as gone:
        url = gone.url
    asking = Asking(urls={"target.0": target.url, "target.1": url}, ask_again_after_s=0.05, ask_again_times=2)
    loaded = load(tmp_path, asking, arrivals("/pay", [0.0, 0.1, 0.2, 0.3]))
    asked = {row["operation_id"]: (row["replicas"], row["status"]) for row in loaded.operations}
    assert asked == {
        "op-0000": (["target.0"], 200),
        "op-0001": (["target.1", "target.0"], 200),
        "op-0002": (["target.0"], 200),
        "op-0003": (["target.1", "target.0"], 200),
    }


def test_a_credential_in_an_answer_is_noted_and_not_kept(target: Target, tmp_path: Path) -> None:
    """What the target answers here stands for one."""
    asking = Asking(urls={"target": target.url}, secrets=("done",))
    asked = [*arrivals("/pay", [0.0]), *arrivals("/reset", [0.0, 0.01])[1:]]
    leaked = {row["operation_id"]: (row["status"], row["leaked"]) for row in load(tmp_path, asking, asked).operations}
    assert leaked == {"op-0000": (200, '{"status": "*****"}'), "op-0001": (0, "")}


def test_the_generators_own_use_of_its_core_is_reported(target: Target, tmp_path: Path) -> None:
    loaded = load(tmp_path, Asking(urls={"target": target.url}), arrivals("/pay", [n / 20 for n in range(30)]))
    assert 0 < loaded.last["max_cpu_share"] < 2
    assert loaded.last["max_lag_s"] >= 0
    assert [line for line in loaded.said if "at_s" in line and not line.get("finished")]
