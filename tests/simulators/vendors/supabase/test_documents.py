"""Documents as they are stored and shown."""

from urllib.parse import quote

from brownout_simulators.vendors.supabase.database.documents import NESTED
from tests.simulators.vendors.supabase.bench import SupabaseBench


def test_a_document_is_shown_with_its_shorter_keys_first() -> None:
    bench = SupabaseBench()
    body = b'{"business_key":"k","payload":{"postcode":1.50,"street":{"z":1,"b":[{"long":1,"a":2}]},"a":0}}'
    shown = bench.rest("POST", "jobs?select=payload", body, prefer="return=representation").body
    assert shown == b'[{"payload":{"a":0,"street":{"b":[{"a":2,"long":1}],"z":1},"postcode":1.50}}]'
    same = '{"a":0,"street":{"z":1,"b":[{"a":2,"long":1}]},"postcode":1.5}'
    assert len(bench.rest("GET", f"jobs?payload=eq.{quote(same)}").json) == 1


def test_a_deep_document_is_kept_or_refused() -> None:
    bench = SupabaseBench()
    for levels, status in ((NESTED, 201), (NESTED + 1, 500), (950, 500)):
        deep = b"[" * levels + b"]" * levels
        answer = bench.rest("POST", "jobs", b'{"business_key":"k","payload":' + deep + b"}")
        assert (answer.status, answer.json["code"] if answer.body else None) == (
            status,
            None if status == 201 else "54001",
        )
    assert bench.rest("GET", "jobs?select=payload").body == b'[{"payload":' + b"[" * NESTED + b"]" * NESTED + b"}]"
