"""What is answered has the shapes of Cloudflare's description, and of its Python SDK's models where those are newer."""

from typing import Any

import pytest

from tests.simulators.vendors.cloudflare.bench import ACCOUNT, CloudflareBench, a_record
from tests.support.openapi import document, mismatches

SPEC = "cloudflare.json"


def wrong(model: str, value: Any) -> list[str]:
    """What one of the SDK's strict models has against a result; what it does not require may be missing."""
    spec = document(SPEC)
    schema = spec["x-added-later"]["results"].get(model) or spec["x-added-later"]["$defs"][model]
    return mismatches(spec, schema, value, model, nulls=True, optional=True)


def unknown_only(lines: list[str], *beside: str) -> list[str]:
    """Without the fields that the models do not name; those that are shown on purpose are said by the test."""
    return [line for line in lines if not any(f".{name}" in line or f": {name} " in line for name in beside)]


def test_zones_namespaces_keys_and_counts_are_as_the_models_have_them() -> None:
    bench = CloudflareBench()
    zone = bench.do("GET", bench.zone())
    assert unknown_only(wrong("Zone", zone)) == []
    space = bench.space()
    assert wrong("Namespace", bench.do("GET", space)) == []
    pair = {"key": "k", "value": "v", "metadata": {"a": 1}, "expiration_ttl": 60}
    assert wrong("NamespaceBulkUpdateResponse", bench.do("PUT", f"{space}/bulk", [pair])) == []
    assert wrong("Key", bench.do("GET", f"{space}/keys")[0]) == []
    assert wrong("NamespaceBulkDeleteResponse", bench.do("POST", f"{space}/bulk/delete", ["k"])) == []
    assert wrong("TokenVerifyResponse", bench.do("GET", "/user/tokens/verify")) == []


DATA: dict[str, dict[str, Any]] = {
    "CAA": {"flags": 0, "tag": "issue", "value": "ca.test"},
    "CERT": {"type": 9, "key_tag": 1, "algorithm": 0, "certificate": "x"},
    "DNSKEY": {"flags": 1, "protocol": 3, "algorithm": 5, "public_key": "x"},
    "DS": {"key_tag": 1, "algorithm": 1, "digest_type": 1, "digest": "x"},
    "HTTPS": {"priority": 1, "target": ".", "value": "alpn=h3"},
    "NAPTR": {"order": 1, "preference": 1, "flags": "S", "service": "s", "regex": "r", "replacement": "x"},
    "SMIMEA": {"usage": 3, "selector": 0, "matching_type": 0, "certificate": "x"},
    "SRV": {"priority": 1, "weight": 2, "port": 3, "target": "s.test"},
    "SSHFP": {"algorithm": 1, "type": 1, "fingerprint": "x"},
    "SVCB": {"priority": 1, "target": ".", "value": "alpn=h3"},
    "TLSA": {"usage": 3, "selector": 0, "matching_type": 0, "certificate": "x"},
    "URI": {"weight": 1, "target": "https://s.test"},
    "LOC": {
        "lat_degrees": 1, "lat_minutes": 2, "lat_seconds": 3, "lat_direction": "N", "long_degrees": 4,
        "long_minutes": 5, "long_seconds": 6, "long_direction": "E", "altitude": 7, "size": 8, "precision_horz": 9,
        "precision_vert": 10,
    },
}  # fmt: skip
PLAIN = {"A": "192.0.2.1", "AAAA": "2001:db8::1", "CNAME": "b.test", "MX": "m.test", "NS": "n.test", "PTR": "p.test",
         "TXT": "t", "OPENPGPKEY": "x"}  # fmt: skip


@pytest.mark.parametrize("kind", [*PLAIN, *DATA])
def test_a_record_of_each_type_is_as_its_model_has_it(kind: str) -> None:
    bench = CloudflareBench()
    zone = bench.zone()
    said: dict[str, Any] = {"type": kind, "name": kind.lower(), "ttl": 300, "comment": "c", "tags": ["a:b"]}
    said |= {"content": PLAIN[kind]} if kind in PLAIN else {"data": DATA[kind]}
    said |= {"priority": 10} if kind in {"MX", "URI"} else {}
    made = bench.do("POST", f"{zone}/dns_records", said)
    models = document(SPEC)["x-added-later"]["$defs"]
    model = "OpenpgpkeyRecord" if kind == "OPENPGPKEY" else f"{kind}Record"
    assert model not in models or unknown_only(wrong(model, made), "priority") == []
    if kind in DATA:
        assert made["data"] == DATA[kind]
        assert made["content"]
    assert bench.do("GET", f"{zone}/dns_records/{made['id']}") == made


def test_rulesets_and_buckets_have_what_the_description_requires() -> None:
    bench = CloudflareBench()
    zone = bench.zone()
    rule = {"action": "block", "expression": "true"}
    made = bench.do("POST", f"{zone}/rulesets", {"name": "n", "phase": "p", "kind": "zone", "rules": [rule]})
    required = document(SPEC)["components"]["schemas"]["rulesets_Ruleset"]["required"]
    assert set(required) <= set(made)
    bucket = bench.do("POST", f"{ACCOUNT}/r2/buckets", {"name": "bucket"})
    assert set(bucket) >= {"name", "creation_date", "location", "storage_class"}


def test_every_refusal_has_what_the_model_of_an_error_has() -> None:
    bench = CloudflareBench()
    for answer in (
        bench.ask("GET", "/zones/x"),
        bench.ask("POST", "/zones", {"name": "no zone"}),
        bench.ask("POST", f"{bench.zone()}/dns_records", a_record(content="1.2.3")),
    ):
        (error,) = answer.json["errors"]
        assert wrong("ErrorData", error) == []
