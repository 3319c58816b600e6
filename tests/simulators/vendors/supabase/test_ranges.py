"""Ranges over HTTP; that PostgreSQL reads, prints and relates them alike is in `test_oracle.py`."""

from urllib.parse import quote

import pytest

from tests.simulators.vendors.supabase.bench import SupabaseBench

STAYS = {1: "[2000-01-01 13:00, 2000-01-01 15:00)", 2: "[2000-01-02 09:00, 2000-01-02 10:00)", 3: "empty", 4: None}


@pytest.fixture(scope="module")
def bench() -> SupabaseBench:
    bench = SupabaseBench()
    columns = {
        "id": {"type": "bigint", "primary_key": True},
        "during": "tsrange",
        "seats": {"type": "int4range", "check": {"min": "[1,2)"}},
        "days": {"type": "daterange", "unique": True},
        "cost": "numrange",
    }
    bench.simulator.set_up({"database": {"tables": {"stays": {"columns": columns}}}})
    rows = [{"id": number, "during": during, "seats": f"[{number},{number + 2}]"} for number, during in STAYS.items()]
    assert bench.rest("POST", "stays", rows).status == 201
    return bench


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("during=cs.[2000-01-01 13:00, 2000-01-01 13:30)", [1]),
        ("during=cd.[2000-01-01 00:00, 2000-01-01 23:59)", [1, 3]),
        ("during=ov.[2000-01-01 14:00, 2000-01-02 09:30)", [1, 2]),
        ("during=sl.[2000-01-01 15:00, 2000-01-01 16:00)", [1]),
        ("during=sr.[2000-01-02 08:00, 2000-01-02 09:00)", [2]),
        ("during=nxl.[2000-01-02 08:30, 2000-01-02 09:30)", [2]),
        ("during=nxr.[2000-01-01 14:00, 2000-01-01 16:00)", [1]),
        ("during=adj.[2000-01-01 12:00, 2000-01-01 13:00)", [1]),
        ("during=not.adj.[2000-01-01 12:00, 2000-01-01 13:00)", [2, 3]),
        ("during=eq.empty", [3]),
        ("seats=eq.[2,5)", [2]),
        ('seats=in.("[1,3]","(2,5]")', [1, 3]),
        ("seats=lt.[2,3)&during=not.is.null", [1]),
        ('or=(seats.cs."[4,6]",during.eq.empty)', [3, 4]),
    ],
)
def test_a_filter_relates_ranges(bench: SupabaseBench, asked: str, found: list[int]) -> None:
    answer = bench.rest("GET", f"stays?select=id&order=id&{quote(asked, safe='=&')}")
    assert (answer.status, [row["id"] for row in answer.json] if answer.status == 200 else answer.json) == (200, found)


def test_a_range_is_shown_and_ordered_as_postgresql_has_it(bench: SupabaseBench) -> None:
    shown = bench.rest("GET", "stays?select=id,during,seats,text:seats::text&order=during.desc.nullslast").json
    assert [row["id"] for row in shown] == [2, 1, 3, 4]
    assert shown[1]["during"] == '["2000-01-01 13:00:00","2000-01-01 15:00:00")'
    assert (shown[2]["during"], shown[3]["during"], shown[0]["seats"], shown[0]["text"]) == (
        "empty",
        None,
        "[2,5)",
        "[2,5)",
    )


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"id": 9, "seats": "[3,1]"}, 400, "22000"),
        ({"id": 9, "seats": "(0,5)"}, 201, None),
        ({"id": 10, "seats": "[0,5)"}, 400, "23514"),
        ({"id": 10, "seats": 5}, 400, "22P02"),
        ({"id": 10, "days": "[2024-02-28,2024-02-29]"}, 201, None),
        ({"id": 11, "days": "[2024-02-28,2024-03-01)"}, 409, "23505"),
        ({"id": 11, "cost": "[1.50,)"}, 201, None),
        ({"id": 12, "during": "[x,)"}, 400, "22007"),
    ],
)
def test_a_range_that_cannot_be_is_refused(
    bench: SupabaseBench, body: dict[str, object], status: int, code: str | None
) -> None:
    answer = bench.rest("POST", "stays", body)
    assert answer.status == status, answer.body
    assert code is None or answer.json["code"] == code
