"""Lists of users: filters, orders, pages, and what a reader sees who is behind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.faults import rule_from_json
from tests.simulators.vendors.clerk.bench import ClerkBench, refusal
from tests.support.examples import examples


def crowd() -> ClerkBench:
    """Five users, a second apart: u0 to u4."""
    bench = ClerkBench()
    for number in range(5):
        bench.user(
            f"u{number}@example.com", username=f"user{number}", external_id=f"x{number}", first_name=f"N{4 - number}"
        )
        bench.pass_time(1)
    return bench


def names(bench: ClerkBench, query: str) -> str:
    """The numbers of those who are found, in order."""
    return "".join(user["username"][-1] for user in bench.get(f"/users?{query}"))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "43210"),
        ("limit=2", "43"),
        ("limit=2&offset=3", "10"),
        ("offset=9", ""),
        ("order_by=created_at", "01234"),
        ("order_by=%2Bcreated_at&order_by=-created_at", "01234"),
        ("order_by=-username", "43210"),
        ("order_by=first_name", "43210"),
        ("order_by=-last_sign_in_at", "43210"),
        ("email_address=U1@example.com&email_address=u3@example.com&email_address=no@example.com", "31"),
        ("email_address=no@example.com", ""),
        ("username=user2", "2"),
        ("external_id=x2&external_id=%2Bx3", "32"),
        ("external_id=-x2&external_id=-x3", "410"),
        ("email_address=u1@example.com&username=user2", ""),
        ("query=USER3", "3"),
        ("query=u4%40", "4"),
        ("email_address_query=U2", "2"),
        ("username_query=er1", "1"),
        ("name_query=n4", "0"),
        ("phone_number_query=555", ""),
        ("banned=false", "43210"),
        ("banned=true", ""),
        ("created_at_after=1760000101500", "432"),
        ("created_at_before=1760000101500", "10"),
        ("last_active_at_since=1", ""),
        ("provider=oauth_google&provider_user_id=1", ""),
        ("email_address=", "43210"),
        ("nonsense=1", "43210"),
    ],
)
def test_filters_orders_and_pages(query: str, found: str) -> None:
    bench = crowd()
    assert names(bench, query) == found
    if not {"limit", "offset", "order_by"} & {part.partition("=")[0] for part in query.split("&")}:
        assert bench.get(f"/users/count?{query}") == {"object": "total_count", "total_count": len(found)}


def test_users_are_found_by_their_ids_and_organizations() -> None:
    bench = crowd()
    ids = {user["username"][-1]: user["id"] for user in bench.get("/users")}
    assert names(bench, f"user_id={ids['1']}&user_id=%2B{ids['3']}") == "31"
    assert names(bench, f"user_id=-{ids['1']}") == "4320"
    organization = bench.do("/organizations", {"name": "Acme", "created_by": ids["2"]})["id"]
    assert names(bench, f"organization_id={organization}") == "2"
    assert names(bench, f"organization_id=-{organization}") == "4310"


def test_a_list_is_walked_by_the_last_one_seen() -> None:
    bench, seen, after = crowd(), "", ""
    while page := bench.get(f"/users?limit=2{after}"):
        seen += "".join(user["username"][-1] for user in page)
        after = f"&starting_after={page[-1]['id']}"
    assert seen == "43210"
    for odd in ("starting_after=user_x", "starting_after=user_x&offset=1", "starting_after=user_x&order_by=username"):
        assert bench.ask("GET", f"/users?{odd}").status == 422


def test_a_user_with_a_date_of_his_own_is_listed_where_it_puts_him() -> None:
    bench = crowd()
    bench.user("old@example.com", username="user9", created_at="2001-01-01T00:00:00Z")
    assert names(bench, "") == "432109"


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=501", "limit=x", "limit=-1", "offset=-1", "order_by=shoe", "banned=maybe",
              "created_at_after=x", "limit=1e3", "limit=٣"]
)  # fmt: skip
def test_a_query_that_cannot_be_is_refused(query: str) -> None:
    assert refusal(crowd().ask("GET", f"/users?{query}")) == (422, "form_param_value_invalid")


def test_a_reader_who_is_behind_sees_neither_new_users_nor_new_names() -> None:
    bench = crowd()
    last = bench.get("/users?limit=1")[0]
    bench.pass_time(10)
    bench.do(f"/users/{last['id']}", {"first_name": "New"}, "PATCH")
    new = bench.user("u5@example.com", username="user5")
    lag = {"id": "lag", "vendor": "clerk", "match": "GET", "stale_reads": {"lag_s": 5}}
    bench.simulator.schedule([rule_from_json(lag)])
    assert names(bench, "") == "43210"
    assert bench.get(f"/users/{last['id']}")["first_name"] == "N0"
    assert bench.get("/users?username=user4")[0]["first_name"] == "N0"
    assert bench.get("/users/count")["total_count"] == 5
    assert refusal(bench.ask("GET", f"/users/{new['id']}")) == (404, "resource_not_found")
    bench.pass_time(6)
    assert names(bench, "limit=1") == "5"
    assert bench.get(f"/users/{last['id']}")["first_name"] == "New"


@given(st.lists(st.sampled_from(["make", "drop", "change"]), max_size=12), st.integers(1, 4))
@examples(40)
def test_pages_hold_everybody_once_whatever_happened_before(doings: list[str], size: int) -> None:
    bench = ClerkBench()
    alive: list[str] = []
    for number, doing in enumerate(doings):
        if doing == "make" or not alive:
            alive.append(bench.do("/users", {"external_id": str(number)})["id"])
        elif doing == "drop":
            bench.do(f"/users/{alive.pop(0)}", method="DELETE")
        else:
            bench.do(f"/users/{alive[0]}", {"first_name": str(number)}, "PATCH")
    seen = []
    for offset in range(0, len(alive) + size, size):
        seen += [user["id"] for user in bench.get(f"/users?limit={size}&offset={offset}")]
    assert seen == alive[::-1]
    assert bench.get("/users/count")["total_count"] == len(alive)
