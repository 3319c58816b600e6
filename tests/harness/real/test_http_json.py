"""JSON over HTTP to a process on this machine."""

import pytest

from brownout_harness.real.http_json import NoAnswer, call
from tests.support.target import Target


def test_status_and_json_come_back_whatever_the_status() -> None:
    with Target() as target:
        assert call("POST", f"{target.url}/status/503", {"a": 1}) == (503, {"status": "done"})
        assert call("GET", f"{target.url}/health?deep=1") == (200, {"status": "done"})
        assert target.seen == {"/status/503": 1, "/health?deep=1": 1}


def test_a_process_that_is_not_there_is_no_answer() -> None:
    with Target() as target:
        url = target.url
    with pytest.raises(NoAnswer, match=r"GET /health: .*refused"):
        call("GET", f"{url}/health")


def test_a_process_that_does_not_answer_in_time_is_no_answer() -> None:
    with Target() as target, pytest.raises(NoAnswer, match="GET /hang: timed out"):
        call("GET", f"{target.url}/hang", timeout_s=0.1)
