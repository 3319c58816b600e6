"""Entity tags: which requests they let through."""

import pytest

from tests.simulators.vendors.sales.bench import ORDERS, SalesBench


@pytest.mark.parametrize(
    ("given", "status"),
    [(None, 428), ('"v1"', 200), ("*", 200), ('"v9", "v1"', 200), ('"v9"', 412), ('W/"v1"', 412), ("v1", 412),
     ("", 412)],
)  # fmt: skip
def test_if_match_is_compared_strongly_and_may_be_a_list(given: str | None, status: int) -> None:
    bench = SalesBench()
    path = f"{ORDERS}/{bench.take_in().json['id']}"
    headers = {} if given is None else {"if_match": given}
    assert bench.post_json(path, {"notes": "x"}, method="PATCH", **headers).status == status


@pytest.mark.parametrize(
    ("given", "status"), [('"v1"', 304), ('W/"v1"', 304), ('"v9",W/"v1"', 304), ("*", 304), ('"v9"', 200), ("", 200)]
)
def test_if_none_match_is_compared_weakly(given: str, status: int) -> None:
    bench = SalesBench()
    answer = bench.get(bench.take_in().json["id"], **{"if-none-match": given})
    assert (answer.status, answer.headers["etag"]) == (status, '"v1"')
    assert bool(answer.body) is (status == 200)


def test_a_replay_is_answered_before_the_tag_is_looked_at() -> None:
    bench = SalesBench()
    path = f"{ORDERS}/{bench.take_in().json['id']}"
    for _ in range(2):
        answer = bench.post_json(path, {"notes": "x"}, method="PATCH", if_match='"v1"', idempotency_key="k" * 16)
        assert (answer.status, answer.json["version"]) == (200, 2)
