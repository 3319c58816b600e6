"""Changes have names, and are made where they say."""

import ast
from pathlib import Path

from brownout_harness.audit.systematic.changes import changed, changes_of

PART = '''"""A part."""

from typing import Final

LIMIT: Final = 3
Limits = int | None


class Part:
    """Words."""

    __slots__ = ("n",)
    most: int | None = 7

    def __init__(self) -> None:
        self.n = 0

    def more(self, by: int = 1) -> bool:
        """More words, 12 of them."""
        if self.n < LIMIT:
            self.n += by
            return True
        raise ValueError("more than 3")

    def _check(self) -> None:
        if self.n < 0:
            raise ValueError("less than 0")
'''


def part(tmp_path: Path, text: str = PART) -> Path:
    file = tmp_path / "part.py"
    file.write_text(text, encoding="utf-8")
    return file


def test_every_change_has_a_name_of_its_own_that_outlives_what_is_written_above_it(tmp_path: Path) -> None:
    before = [each.name for each in changes_of("part", part(tmp_path))]
    after = [
        each.name
        for each in changes_of("part", part(tmp_path, PART.replace("class Part", "OTHER = LIMIT\n\n\nclass Part")))
    ]
    assert len(set(before)) == len(before)
    assert after == before
    assert "part:Part.more: self.n < LIMIT → self.n <= LIMIT" in before


def test_words_and_types_and_what_refuses_bad_settings_are_left_as_they_are(tmp_path: Path) -> None:
    changes = changes_of("part", part(tmp_path))
    told = " ".join(each.before for each in changes if each.operator == "constant-changed")
    assert not any(each in told for each in ("Words", "More", "more than", "__slots__", "Final"))
    assert "Part._check" not in {each.function for each in changes}
    assert not any("None" in each.before for each in changes), "a type that cannot be made is nothing to notice"


def test_the_name_of_a_call_is_a_label_and_other_words_may_decide(tmp_path: Path) -> None:
    text = """def send(self, asking, own):
    call = "send"
    step = "first"
    return self.mail.read(asking, "read", "words"), own(asking, "second"), call
"""
    changes = changes_of("part", part(tmp_path, text))
    told = {each.before for each in changes if each.operator == "constant-changed"}
    assert told == {"'first'", "'words'", "'second'"}


def test_what_is_executed_at_the_import_is_told_from_what_a_call_executes(tmp_path: Path) -> None:
    is_run = {each.before: each.is_run for each in changes_of("part", part(tmp_path))}
    assert is_run["self.n < LIMIT"]
    assert is_run["self.n = 0"]
    assert not is_run["3"]
    assert not is_run["7"]
    assert not is_run["1"], "a default is made when the function is"


def test_a_change_is_made_where_it_says_and_nowhere_else(tmp_path: Path) -> None:
    file = part(tmp_path)
    whole = ast.unparse(ast.parse(PART)).splitlines()
    for change in changes_of("part", file):
        tree = changed(file, change)
        compile(tree, str(file), "exec")
        lines = ast.unparse(tree).splitlines()
        assert lines != whole, change.name
        assert len([each for each in lines if each not in whole]) <= 1, change.name
