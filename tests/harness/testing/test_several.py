"""Several vendors at once."""

from typing import Any

import pytest

from brownout import Several, UnknownVendor


def test_each_is_opened_once_when_it_is_first_asked_for() -> None:
    opened: list[str] = []

    def open_one(vendor: str) -> Any:
        opened.append(vendor)
        return vendor.upper()

    several: Any = Several(open_one)
    assert several("twilio", "stripe") == ("TWILIO", "STRIPE")
    assert (several.twilio, several["stripe"]) == ("TWILIO", "STRIPE")
    assert opened == ["twilio", "stripe"]
    with pytest.raises(UnknownVendor, match="no vendor is called strip; did you mean stripe"):
        _ = several.strip
    assert not hasattr(several, "_other")
