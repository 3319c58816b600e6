"""Forms with brackets in, nested data out."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.call import Call
from brownout_simulators.vendors.stripe.form import parse, parse_form
from tests.support.examples import examples


@pytest.mark.parametrize(
    ("form", "data"),
    [
        ("amount=1&currency=usd", {"amount": "1", "currency": "usd"}),
        ("metadata[a]=b&metadata[c]=d+e", {"metadata": {"a": "b", "c": "d e"}}),
        ("metadata%5Ba%5D=b%26c", {"metadata": {"a": "b&c"}}),
        ("metadata[0]=x", {"metadata": {"0": "x"}}),
        ("expand[0]=a&expand[1]=b", {"expand": ["a", "b"]}),
        ("expand[]=a&expand[]=b", {"expand": ["a", "b"]}),
        ("items[0][price]=p&items[0][metadata][1]=x", {"items": [{"price": "p", "metadata": {"1": "x"}}]}),
        (
            "items[][price]=p&items[][quantity]=2&items[][price]=q",
            {"items": [{"price": "p", "quantity": "2"}, {"price": "q"}]},
        ),
        ("created[gte]=5", {"created": {"gte": "5"}}),
        ("description=", {"description": ""}),
        ("a[b][c][d]=1", {"a": {"b": {"c": {"d": "1"}}}}),
        ("", {}),
    ],
)
def test_a_form_becomes_nested_data(form: str, data: object) -> None:
    assert parse_form(form) == data


@pytest.mark.parametrize(
    "form",
    ["expand[1]=a", "expand[0]=a&expand[2]=b", "a=1&a[b]=2", "a[b=1", "[a]=1", "a[b]c=1", "a[" + "x][" * 20 + "y]=1"],
)
def test_a_form_that_means_nothing_is_refused(form: str) -> None:
    with pytest.raises(ValueError, match=r"Invalid"):
        parse_form(form)


def _call(method: str, query: str, body: bytes) -> Call:
    return Call(method, "/v1/x", query, {}, body, 0.0)


def test_a_get_is_read_from_its_query_and_a_post_from_both() -> None:
    assert parse(_call("GET", "limit=3", b"ignored=1")) == {"limit": "3"}
    assert parse(_call("DELETE", "prorate=true", b"")) == {"prorate": "true"}
    assert parse(_call("POST", "a=1", b"b=2")) == {"a": "1", "b": "2"}
    assert parse(_call("POST", "a=1", b"")) == {"a": "1"}


def test_json_is_refused_with_the_content_type_that_is_wanted() -> None:
    with pytest.raises(ValueError, match="application/x-www-form-urlencoded"):
        parse(_call("POST", "", b'{"amount": 1}'))


@pytest.mark.parametrize("body", [b"a=\xff", b"a=%ff"])
def test_bytes_that_are_no_text_are_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="decode"):
        parse(_call("POST", "", body))


NAMES = st.text(st.characters(categories=["L", "N"]), min_size=1).filter(lambda name: not name.isdecimal())


@examples(100)
@given(st.dictionaries(NAMES, st.dictionaries(NAMES, st.text(), min_size=1) | st.text(), max_size=5))
def test_what_was_encoded_is_what_is_read(data: dict[str, dict[str, str] | str]) -> None:
    pairs = []
    for name, value in data.items():
        if isinstance(value, str):
            pairs.append((name, value))
        else:
            pairs += [(f"{name}[{key}]", text) for key, text in value.items()]
    literal = "&".join(f"{quote(name, safe='[]')}={quote(value)}" for name, value in pairs)
    encoded = "&".join(f"{quote(name)}={quote(value)}" for name, value in pairs)
    assert parse_form(literal) == parse_form(encoded) == data
