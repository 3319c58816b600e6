"""Parts are found by their name, and what is none is one line."""

import pytest

from brownout_core.compose import Replacements
from brownout_core.errors import ConfigError
from brownout_core.gateway.parts import PARTS, load_parts
from brownout_core.gateway.settings import read_settings
from tests.core.gateway.test_settings import GOOD

HERE = "tests.core.gateway.parts"


@pytest.mark.parametrize("name", [f"{HERE}:in_order", f"{HERE}:Chosen.replacements"])
def test_parts_are_loaded_and_know_their_name(name: str) -> None:
    parts = read_settings({**GOOD, PARTS: name}).parts
    assert parts.name == name
    assert parts.idempotency_key("pay", "a") == "the-same-for-all"


def test_without_a_name_nothing_is_replaced() -> None:
    parts = read_settings(GOOD).parts
    assert parts.name == ""
    assert parts.idempotency_key is Replacements().idempotency_key


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (HERE, "names no attribute: write module:attribute"),
        ("not there:at_all", "names no attribute: write module:attribute"),
        ("waits-without-jitter", "names no attribute: write module:attribute"),
        ("tests.core.gateway.gone:in_order", "cannot be loaded: No module named"),
        (f"{HERE}:gone", "cannot be loaded"),
        (f"{HERE}:none_at_all", "must be a callable that returns Replacements, not int"),
    ],
)
def test_what_cannot_be_loaded_is_said(name: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_parts(name)
