"""Routes by method and path."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.call import Reply
from brownout_simulators.router import KNOWN_LENGTH, KNOWN_LIMIT, Router
from brownout_simulators.vendor import Route
from tests.support.examples import examples


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


@pytest.mark.parametrize(
    ("path", "name", "params"),
    [
        ("/Customers(7)", "GET /{set}({key})", {"set": "Customers", "key": "7"}),
        ("/Customers('a(b)c')", "GET /{set}({key})", {"set": "Customers", "key": "'a(b)c'"}),
        ("/Customers", "GET /{set}", {"set": "Customers"}),
        ("/Customers()", "GET /{set}", {"set": "Customers()"}),
        ("/Customers(7)/Orders(8)", "GET /{set}({key})/{inner}({second})",
         {"set": "Customers", "key": "7", "inner": "Orders", "second": "8"}),
        ("/a-b-c", "GET /{x}-{y}-{z}", {"x": "a", "y": "b", "z": "c"}),
        ("/a-b-c-d", "GET /{x}-{y}-{z}", {"x": "a", "y": "b", "z": "c-d"}),
        ("/--", "GET /{set}", {"set": "--"}),
    ],
)  # fmt: skip
def test_a_segment_may_hold_several_parameters(path: str, name: str, params: dict[str, str]) -> None:
    routes = router("GET /{set}", "GET /{set}({key})", "GET /{set}({key})/{inner}({second})", "GET /{x}-{y}-{z}")
    found = routes.find("GET", path)
    assert found is not None
    assert (found.name, dict(found.params)) == (name, params)


@pytest.mark.parametrize(
    ("path", "name", "params"),
    [
        ("/v1/secret/data/a", "GET /v1/{mount}/data/{path...}", {"mount": "secret", "path": "a"}),
        ("/v1/secret/data/a/b/c", "GET /v1/{mount}/data/{path...}", {"mount": "secret", "path": "a/b/c"}),
        ("/v1/secret/data/a/", "GET /v1/{mount}/data/{path...}", {"mount": "secret", "path": "a/"}),
        ("/v1/secret/data/a/versions", "GET /v1/{mount}/data/{name}/versions", {"mount": "secret", "name": "a"}),
        ("/v1/sys/health", "GET /v1/sys/health", {}),
        ("/v1/sys/other", "GET /{everything...}", {"everything": "v1/sys/other"}),
    ],
)
def test_a_tail_takes_all_that_is_left_where_nothing_else_answers(path: str, name: str, params: dict[str, str]) -> None:
    found = router(
        "GET /{everything...}",
        "GET /v1/{mount}/data/{path...}",
        "GET /v1/{mount}/data/{name}/versions",
        "GET /v1/sys/health",
    ).find("GET", path)
    assert found is not None
    assert (found.name, dict(found.params)) == (name, params)


def test_paths_that_were_asked_for_are_known_again_some_of_them_for_some_time() -> None:
    routes = router("GET /v1/data/{id}")
    first = routes.find("GET", "/v1/data/1")
    assert routes.find("GET", "/v1/data/1") is first
    assert routes.find("POST", "/v1/data/1") is None
    for number in range(KNOWN_LIMIT):
        found = routes.find("GET", f"/v1/data/other-{number}")
        assert found is not None
        assert found.params == {"id": f"other-{number}"}
    assert routes.find("GET", "/v1/data/1") is not first
    long = f"/v1/data/{'x' * KNOWN_LENGTH}"
    assert routes.find("GET", long) is not routes.find("GET", long)


def test_a_tail_is_not_empty() -> None:
    assert router("GET /v1/data/{path...}").find("GET", "/v1/data/") is None


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("/v1/a", "/v1/a"),
        ("/v1/{id}", "/v1/{id}"),
        ("/v1/{id}", "/v1/{name}"),
        ("/v1/{id}.json", "/v1/{name}.json"),
        ("/{set}({key})/x", "/{a}({b})/x"),
        ("/v1/{path...}", "/v1/{rest...}"),
    ],
)
def test_two_routes_of_one_shape_are_an_error_whatever_their_parameters_are_called(first: str, second: str) -> None:
    with pytest.raises(ValueError, match="two routes answer to the same paths"):
        router(f"GET {first}", f"GET {second}")
    assert router(f"GET {first}", f"POST {second}").names


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/v1/{id", "a parameter is"),
        ("/v1/id}", "a parameter is"),
        ("/v1/{}", "a parameter is"),
        ("/v1/{a}{b}", "text is needed"),
        ("/v1/{a}/{a}", "two parameters have one name"),
        ("/v1/{path...}/x", "only be the last"),
        ("/v1/x{path...}", "a whole segment"),
        ("v1", "begins with a slash"),
    ],
)
def test_a_template_that_cannot_be_is_an_error_that_names_it(path: str, why: str) -> None:
    with pytest.raises(ValueError, match=re.escape(path) + ".*" + why):
        router(f"GET {path}")


PIECES = st.sampled_from(["a", "b", "/", "(", ")", "-", ".json", "{x}", "{y}", "{z}", "{t...}"])


@given(st.lists(st.lists(PIECES, max_size=6).map("".join), max_size=4), st.text(alphabet="ab/()-.json", max_size=12))
@examples(300)
def test_whatever_is_found_is_the_path_put_into_its_template(templates: list[str], path: str) -> None:
    """No two routes answer to one path in two ways, and what a route was given makes the path again."""
    try:
        routes = router(*(f"GET /{template}" for template in templates))
    except ValueError:
        return
    found = routes.find("GET", f"/{path}")
    if found is not None:
        assert all(found.params.values())
        assert re.sub(r"\{(\w+)(\.\.\.)?\}", lambda name: found.params[name[1]], found.route.path) == f"/{path}"
    again = router(*reversed([f"GET /{template}" for template in templates])).find("GET", f"/{path}")
    assert (found and (found.name, found.params)) == (again and (again.name, again.params))
