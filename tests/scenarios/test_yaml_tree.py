"""YAML read safely, with the line of everything."""

import pytest

from brownout_scenarios.yaml_tree import Unreadable, parse, write


def problems(text: str) -> list[tuple[int, str]]:
    with pytest.raises(Unreadable) as caught:
        parse(text)
    return [(problem.line, problem.text) for problem in caught.value.problems]


def test_every_key_and_item_knows_its_line() -> None:
    tree = parse("a: 1\nb:\n  - c: x\n  - d:\n      e: 2\n")
    assert tree.data == {"a": 1, "b": [{"c": "x"}, {"d": {"e": 2}}]}
    assert [tree.line(path) for path in [("a",), ("b", 0, "c"), ("b", 1, "d", "e")]] == [1, 3, 5]


def test_what_is_not_there_has_the_line_of_what_is_around_it() -> None:
    assert parse("a:\n  b:\n    c: 1\n").line(("a", "b", "missing", 3)) == 2


def test_words_that_yaml_1_1_would_turn_into_something_else_stay_words() -> None:
    tree = parse("on: no\nat: 12:30\nday: 2026-01-02\nwho: yes\n")
    assert tree.data == {"on": "no", "at": "12:30", "day": "2026-01-02", "who": "yes"}


def test_plain_scalars_are_read_and_quoted_ones_are_text() -> None:
    tree = parse("[1, -2, 1.5, 1e3, true, false, null, ~, '1', \"true\", 0x10]")
    assert tree.data == [1, -2, 1.5, 1000.0, True, False, None, None, "1", "true", "0x10"]


def test_a_repeated_key_is_refused_with_both_lines() -> None:
    assert problems("a: 1\nb: 2\na: 3\n") == [(3, "given twice; first on line 1")]


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system", "!!int", "!mine", "!!binary"])
def test_no_tag_is_accepted(tag: str) -> None:
    [(line, text)] = problems(f"a: 1\nb: {tag} [x]\n")
    assert line == 2
    assert "not used here" in text


def test_merge_keys_are_refused() -> None:
    [(line, text)] = problems("a: &a {b: 1}\nc:\n  <<: *a\n")
    assert line == 3
    assert "merge keys" in text


def test_an_alias_stands_for_its_anchor() -> None:
    assert parse("a: &a {b: 1}\nc: *a\n").data == {"a": {"b": 1}, "c": {"b": 1}}


def test_aliases_that_fold_a_huge_document_are_refused() -> None:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 9)]
    assert "too large" in problems("\n".join(lines))[0][1]


def test_an_endless_document_is_refused() -> None:
    assert "too large" in problems("a: &a [*a]\n")[0][1]


@pytest.mark.thorough
def test_deep_nesting_is_refused() -> None:
    assert problems("[" * 30_000)


@pytest.mark.parametrize(
    ("text", "line"), [("a: [1,\nb: 2\n", 2), ("a: 1\n  b: 2\n", 2), ("a: *nobody\n", 1), ("a: 1\n---\nb: 2\n", 2)]
)
def test_malformed_yaml_is_one_line_with_its_place(text: str, line: int) -> None:
    [(seen, said)] = problems(text)
    assert seen in (line, line + 1)
    assert said.startswith("not YAML: ")
    assert "\n" not in said


def test_an_empty_file_says_so() -> None:
    assert problems("# nothing\n") == [(1, "the file is empty")]


def test_a_key_must_be_a_word() -> None:
    assert problems("[a]: 1\n") == [(1, "a key must be a word")]


def test_a_control_character_is_refused() -> None:
    assert problems("a: \x00\n")[0][1].startswith("not YAML")


def test_what_is_written_reads_back_to_the_same() -> None:
    data = {"a": ["no", "12:30", "1e3", "true", "", "~", "0x1F", "1_000", "x: y #z", "two\nlines", 1, 2.5, None, True]}
    assert parse(write(data)).data == data
