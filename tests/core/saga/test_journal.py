"""What is written down of a saga."""

from brownout_core.errors import VendorRefused
from brownout_core.saga.journal import Entry, Journal


def test_what_is_written_is_read_again_in_order() -> None:
    journal = Journal()
    journal.entries["b"] = Entry(1.5, 2.5, {"order": "o-1"}, False, False, ["toy b 1"])
    journal.entries["a"] = Entry(3.0, 3.0)
    journal.why = VendorRefused("toy", "call", "no", status=402, code="declined")
    again = Journal.read(journal.written())
    assert list(again.entries.items()) == list(journal.entries.items())
    assert again.why is not None
    assert (str(again.why), again.why.status, again.why.code) == ("toy call: no", 402, "declined")


def test_of_nothing_nothing_is_read() -> None:
    journal = Journal.read(b"")
    assert (journal.entries, journal.why, journal.standing()) == ({}, None, "")


def test_what_stands_is_named_and_what_may_stand_by_its_step() -> None:
    journal = Journal()
    journal.entries["a"] = Entry(1.0, 1.0, {}, False, False, ["toy a 1"])
    journal.entries["b"] = Entry(1.0, 1.0, is_over=True, is_in_doubt=False)
    journal.entries["c"] = Entry(1.0, 1.0)
    assert journal.standing() == "toy a 1, perhaps c"
