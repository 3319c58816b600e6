"""Routes by method and path."""

import pytest

from brownout_simulators.call import Reply
from brownout_simulators.router import Router
from brownout_simulators.vendor import Route


def router(*names: str) -> Router:
    pairs = [name.split(" ", 1) for name in names]
    return Router([Route(method, path, lambda _call, _account: Reply(200)) for method, path in pairs])


@pytest.mark.parametrize(
    ("path", "name", "params"),
    [
        ("/v1/things", "GET /v1/things", {}),
        ("/v1/things/search", "GET /v1/things/search", {}),
        ("/v1/things/t_1", "GET /v1/things/{id}", {"id": "t_1"}),
        ("/v1/things/t_1/parts/p", "GET /v1/things/{id}/parts/{part}", {"id": "t_1", "part": "p"}),
        ("/v1/search/parts/p", "GET /v1/{kind}/parts/p", {"kind": "search"}),
        ("/A/AC1/M/SM9.json", "GET /A/{account}/M/{sid}.json", {"account": "AC1", "sid": "SM9"}),
        ("/A/AC1/M/x", "GET /A/{account}/M/{any}", {"account": "AC1", "any": "x"}),
    ],
)
def test_fixed_text_wins_over_parameters(path: str, name: str, params: dict[str, str]) -> None:
    found = router(
        "GET /v1/things/{id}",
        "GET /v1/things",
        "GET /v1/things/{id}/parts/{part}",
        "GET /v1/things/search",
        "GET /v1/{kind}/parts/p",
        "GET /A/{account}/M/{any}",
        "GET /A/{account}/M/{sid}.json",
    ).find("GET", path)
    assert found is not None
    assert (found.name, dict(found.params)) == (name, params)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v1"), ("PUT", "/v1/a"), ("GET", "/v1/a/"), ("GET", "/v1/a/b/c")]
)
def test_what_no_route_answers_to_is_not_found(method: str, path: str) -> None:
    assert router("GET /v1/a", "GET /v1/a/{id}").find(method, path) is None


def test_the_nearest_route_is_the_same_path_under_another_method_else_the_most_alike() -> None:
    routes = router("POST /v1/charges", "GET /v1/charges/{id}", "GET /v1/payouts")
    assert routes.nearest("DELETE", "/v1/charges/c_1") == "GET /v1/charges/{id}"
    assert routes.nearest("GET", "/v1/payout") == "GET /v1/payouts"


@pytest.mark.parametrize("path", ["/v1/a", "/v1/{id}"])
def test_two_routes_of_one_shape_are_an_error(path: str) -> None:
    with pytest.raises(ValueError, match="two routes answer"):
        router(f"GET {path}", f"GET {path}")
