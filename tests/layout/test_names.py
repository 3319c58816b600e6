"""Vendors and operations are named where they are described, and nowhere else: one more is a file and a line."""

import ast
import re
from collections.abc import Iterator

import pytest

from brownout_harness.asked.gateway import GATEWAY_OPERATIONS
from brownout_simulators.vendors import VENDORS
from tests.layout.sources import SOURCES, place_of, tree_of

DESCRIBED = (
    "core/brownout_core/adapters/",
    "core/brownout_core/flows/",
    "simulators/brownout_simulators/vendors/",
    "harness/brownout_harness/asked/gateway/",
    "harness/brownout_harness/audit/mutants/",
)
"""A file for each of them, and the table of these files."""

NAME = re.compile(rf"(?<![a-z0-9])({'|'.join([*VENDORS, *GATEWAY_OPERATIONS])})(?![a-z0-9])")


def test_no_other_file_names_a_vendor_or_an_operation() -> None:
    others = [source for source in SOURCES if not place_of(source).startswith(DESCRIBED)]
    assert [(place_of(source), name) for source in others for name in sorted(names_in(tree_of(source)))] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x = 'stripe'", {"stripe"}),
        ("def send_to_twilio(): ...", {"twilio"}),
        ("class PlaceOrder: ...", {"place_order"}),
        ("call(pay=1)", {"pay"}),
        ("from a.sales import b", {"sales"}),
        ("x = f'{a}/v1/pay'", {"pay"}),
        ("'''An example: `stripe.charge`.'''\npayload = 'payment_intent'", set()),
    ],
)
def test_names_are_found_in_strings_and_identifiers_but_not_in_what_documents(text: str, found: set[str]) -> None:
    assert names_in(ast.parse(text)) == found


def names_in(tree: ast.Module) -> set[str]:
    """Every vendor and operation that a program works with."""
    return {name for said in _said(tree) for name in NAME.findall(_words(said))}


def _words(said: str) -> str:
    """`PlaceOrder` as `place_order`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", said).lower()


def _said(tree: ast.AST) -> Iterator[str]:
    """Strings and identifiers; what documents may give examples."""
    for node in ast.walk(tree):
        for field, value in ast.iter_fields(node):
            if isinstance(value, str) and not isinstance(node, ast.Constant) and field != "type_comment":
                yield value
        if isinstance(node, ast.Global | ast.Nonlocal):
            yield from node.names
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Constant) and isinstance(child.value, str) and not isinstance(node, ast.Expr):
                yield child.value
