"""One ask over Locust's session. Tested from outside: importing it would patch the sockets of all other tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from brownout_harness.load.plan import Asking, Planned
from tests.harness.load.loads import arrivals, load
from tests.support.target import Target

pytestmark = pytest.mark.real


@pytest.fixture
def target() -> Iterator[Target]:
    with Target() as target:
        yield target


@pytest.mark.parametrize(("status", "outcome"), [(302, "unknown"), (404, "refused"), (500, "unknown")])
def test_every_status_is_an_answer_and_no_redirect_is_followed(
    target: Target, tmp_path: Path, status: int, outcome: str
) -> None:
    loaded = load(tmp_path, Asking(urls={"target": target.url}), arrivals(f"/status/{status}", [0.0]))
    assert [(row["status"], row["outcome"]) for row in loaded.operations] == [(status, outcome)]
    assert sum(target.seen.values()) == 1


@pytest.mark.parametrize(
    ("path", "detail"), [("/reset", "connection_lost"), ("/cut", "broken_answer"), ("/hang", "timeout")]
)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_an_answer_that_does_not_come_whole_is_unknown_and_not_asked_for_again_in_secret(
    target: Target, tmp_path: Path, path: str, detail: str, method: str
) -> None:
    patience_s = 0.3 if detail == "timeout" else 30.0
    asking = Asking(urls={"target": target.url}, answer_within_s=patience_s)
    loaded = load(tmp_path, asking, arrivals(path, [0.0, 0.1], method))
    assert [(row["outcome"], row["detail"], row["status"]) for row in loaded.operations] == [("unknown", detail, 0)] * 2
    assert target.seen[path] == 2


def test_a_target_that_is_not_there_is_unknown(tmp_path: Path) -> None:
    with Target() as target:
        url = target.url
    loaded = load(tmp_path, Asking(urls={"target": url}), arrivals("/pay", [0.0]))
    assert [row["detail"] for row in loaded.operations] == ["connection_refused"]


def test_a_stream_is_read_as_it_comes_and_only_a_whole_one_is_done(target: Target, tmp_path: Path) -> None:
    how = {
        "whole": ("done", "", 200),
        "unended": ("unknown", "stream_without_end", 200),
        "cut": ("unknown", "broken_answer", 0),
        "hang": ("unknown", "timeout", 0),
        "plain": ("done", "", 200),
    }
    planned = [
        Planned(0.0, f"op-{each}", "assist", "POST", f"/stream/{each}", {"X-Correlation-ID": f"op-{each}"}, "{}")
        for each in how
    ]
    asking = Asking(urls={"target": target.url}, answer_within_s=1.0)
    loaded = load(tmp_path, asking, [each._replace(is_streamed=True) for each in planned])
    rows = {row["operation_id"].removeprefix("op-"): row for row in loaded.operations}
    assert {each: (row["outcome"], row["detail"], row["status"]) for each, row in rows.items()} == how
    for each in ("whole", "unended", "cut", "hang"):
        row = rows[each]
        assert row["sent_s"] <= row["first_piece_s"] <= row["finished_s"]
        assert row["longest_gap_s"] == pytest.approx(row["finished_s"] - row["first_piece_s"], abs=0.1)
    assert rows["hang"]["longest_gap_s"] > 0.5
    assert (rows["plain"]["first_piece_s"], rows["plain"]["longest_gap_s"]) == (None, None)
    assert target.left == {"op-hang": True}
