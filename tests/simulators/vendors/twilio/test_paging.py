"""Lists: pages, links, filters."""

from itertools import pairwise

import pytest

from tests.simulators.vendors.twilio.bench import FROM, MESSAGES, TO, TwilioBench


def _filled(count: int) -> tuple[TwilioBench, list[str]]:
    bench = TwilioBench()
    return bench, [bench.message(Body=str(number)).json["sid"] for number in range(count)]


def test_pages_are_newest_first_complete_and_without_repetition() -> None:
    bench, sids = _filled(23)
    seen: list[str] = []
    target, pages = f"{MESSAGES}?PageSize=10", 0
    while target:
        page = bench.send("GET", target).json
        seen += [message["sid"] for message in page["messages"]]
        target, pages = page["next_page_uri"], pages + 1
    assert seen == sids[::-1]
    assert pages == 3


def test_what_is_created_between_pages_neither_repeats_nor_hides_anything() -> None:
    bench, sids = _filled(5)
    first = bench.send("GET", f"{MESSAGES}?PageSize=2").json
    bench.message()
    second = bench.send("GET", first["next_page_uri"]).json
    assert [message["sid"] for message in second["messages"]] == sids[2:0:-1]


def test_the_way_back_leads_to_the_page_before() -> None:
    bench, _ = _filled(6)
    first = bench.send("GET", f"{MESSAGES}?PageSize=2").json
    second = bench.send("GET", first["next_page_uri"]).json
    back = bench.send("GET", second["previous_page_uri"]).json
    assert back["messages"] == first["messages"]
    assert first["previous_page_uri"] is None


def test_the_list_has_exactly_one_key_that_is_not_paging() -> None:
    bench, _ = _filled(1)
    paging = {"end", "first_page_uri", "next_page_uri", "page", "page_size", "previous_page_uri", "start", "uri"}
    assert set(bench.send("GET", MESSAGES).json) - paging == {"messages"}


@pytest.mark.parametrize(
    "query", ["PageSize=x", "Page=-1", "Page=99999999999999999999", "PageToken=PAnothing", "PageToken=PBnothing"]
)
def test_a_page_that_cannot_be_is_refused(query: str) -> None:
    assert TwilioBench().send("GET", f"{MESSAGES}?{query}").json["code"] == 20001


def test_lists_are_filtered_by_parties_and_date() -> None:
    bench = TwilioBench()
    bench.message(To="+12025550001")
    bench.pass_time(86_400)
    bench.message()

    def count(query: str) -> int:
        return len(bench.send("GET", f"{MESSAGES}?{query}").json["messages"])

    assert count(f"To={TO.replace('+', '%2B')}") == 1
    assert count(f"From={FROM.replace('+', '%2B')}") == 2
    assert count("DateSent=2025-10-09") == 1
    assert count("DateSent%3E=2025-10-10") == 1
    assert count("DateSent%3C=2025-10-10T00:00:00Z") == 1
    assert bench.send("GET", f"{MESSAGES}?DateSent=soon").json["code"] == 20001


def test_filters_travel_in_the_links() -> None:
    bench, _ = _filled(3)
    page = bench.send("GET", f"{MESSAGES}?PageSize=1&To={TO.replace('+', '%2B')}").json
    assert f"To={TO.replace('+', '%2B')}" in page["next_page_uri"]


def test_newer_lists_link_to_the_simulator_itself() -> None:
    bench = TwilioBench()
    for number in range(3):
        bench.form("POST", "/v2/Services", FriendlyName=f"s{number}")
    first = bench.send("GET", "/v2/Services?PageSize=2").json
    assert first["meta"]["key"] == "services"
    assert first["meta"]["next_page_url"].startswith("http://bench.localhost/v2/Services?")
    second = bench.send("GET", first["meta"]["next_page_url"].removeprefix("http://bench.localhost")).json
    assert [service["friendly_name"] for service in first["services"] + second["services"]] == ["s2", "s1", "s0"]
    assert second["meta"]["next_page_url"] is None
    assert second["meta"]["previous_page_url"].startswith("http://bench.localhost/")


def test_places_count_up_along_the_pages() -> None:
    bench, _ = _filled(5)
    first = bench.send("GET", f"{MESSAGES}?PageSize=2").json
    second = bench.send("GET", first["next_page_uri"]).json
    assert [(page["start"], page["end"]) for page in (first, second)] == [(0, 1), (2, 3)]
    assert all(a["page"] < b["page"] for a, b in pairwise([first, second]))
