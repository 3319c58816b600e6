"""Nothing that a terminal obeys."""

import pytest

from brownout_reports.printable import one_line, printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("pay-1 äöü ✓", "pay-1 äöü ✓"),
        ("a\x1b[31mred", "a\\x1b[31mred"),
        ("a\x9b2Jb\x7f", "a\\x9b2Jb\\x7f"),
        ("a\u202eb\u2028c", "a\\u202eb\\u2028c"),
        ("a\r\x08b", "a\\r\\x08b"),
        ("half \ud800", "half \\ud800"),
    ],
)
def test_control_characters_are_escaped_and_all_else_stays(text: str, shown: str) -> None:
    assert printable(text) == one_line(text) == shown


def test_lines_stay_lines_unless_it_is_to_be_one() -> None:
    assert printable("a\n\tb") == "a\n\tb"
    assert one_line("a\n\tb") == "a\\n\\tb"
