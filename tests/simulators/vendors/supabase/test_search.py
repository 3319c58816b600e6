"""Full text search over HTTP; that PostgreSQL finds the same is in `test_oracle.py`."""

from urllib.parse import quote

import pytest

from brownout_simulators.vendors.supabase.database.search.lexemes import lexemes
from tests.simulators.vendors.supabase.bench import ALICE, SupabaseBench

QUOTES = {
    "cats": "The fat cats sat on the mats",
    "rats": "A fat rat, running",
    "art": "state-of-the-art: see example.com/art or write to me@example.com",
    "empty": "",
}


@pytest.fixture(scope="module")
def bench() -> SupabaseBench:
    bench = SupabaseBench()
    columns = {"name": {"type": "text", "primary_key": True}, "said": "text", "owner": "uuid"}
    policies = {"authenticated": {"select": "own"}}
    bench.simulator.set_up(
        {"database": {"tables": {"q": {"columns": columns, "owner": "owner", "policies": policies}}}}
    )
    rows = [{"name": name, "said": said} for name, said in QUOTES.items()]
    assert bench.rest("POST", "q", [*rows, {"name": "null", "said": None}]).status == 201
    return bench


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("fts.cat", ["cats"]),
        ("fts(simple).cat", []),
        ("fts(simple).cats", ["cats"]),
        ("fts(pg_catalog.english).run", ["rats"]),
        ("fts.fat & !rat", ["cats"]),
        ("fts.cat | art", ["art", "cats"]),
        ("fts.fat <-> cat", ["cats"]),
        ("fts.sat <2> mat", []),
        ("fts.sat <3> mat", ["cats"]),
        ("fts.ra:*", ["rats"]),
        ("fts.me@example.com", ["art"]),
        ("fts(simple).me", []),
        ("fts.", []),
        ("fts.the", []),
        ("not.fts.fat", ["art", "empty"]),
        ("plfts.fat the rats", ["rats"]),
        ("phfts.cats on mat", []),
        ("phfts.sat on the mat", ["cats"]),
        ("phfts.fat cats", ["cats"]),
        ("wfts.cats or art", ["art", "cats"]),
        ('wfts."fat cats" -rat', ["cats"]),
        ("wfts.fat -rat", ["cats"]),
        ("wfts.(((", []),
    ],
)
def test_a_search_finds_what_postgresql_would(bench: SupabaseBench, asked: str, found: list[str]) -> None:
    answer = bench.rest("GET", f"q?select=name&said={quote(asked)}&order=name")
    assert (answer.status, [row["name"] for row in answer.json]) == (200, found)


def test_a_search_stands_in_trees_and_narrows_writes(bench: SupabaseBench) -> None:
    either = quote("(said.fts.rat,said.wfts(english).art)")
    assert [row["name"] for row in bench.rest("GET", f"q?or={either}&order=name").json] == ["art", "rats"]
    patched = bench.rest("PATCH", "q?said=fts.mat", {"name": "cats"}, prefer="return=representation")
    assert [row["name"] for row in patched.json] == ["cats"]


def test_a_search_finds_nothing_that_a_policy_hides(bench: SupabaseBench) -> None:
    assert bench.send("GET", "/rest/v1/q?said=fts.cat", headers=bench.as_user(ALICE)).json == []


def test_brackets_within_brackets_end_somewhere(bench: SupabaseBench) -> None:
    deep = bench.rest("GET", f"q?said=fts.{'!' * 3_000}x")
    assert (deep.status, deep.json["code"]) == (500, "54001")


@pytest.mark.parametrize("piece", ["1-", "a.", "a-", "<a", "a@", "/a", "1.", "+", "é", "&#1", "a://"])
def test_a_long_text_is_not_gone_through_from_each_of_its_letters(piece: str) -> None:
    # That would take minutes.
    assert len(list(lexemes(piece * 40_000, "english"))) < 120_000
