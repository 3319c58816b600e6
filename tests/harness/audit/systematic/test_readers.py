"""Who may see what is computed at the import."""

from pathlib import Path

import pytest

from brownout_harness.audit.systematic import readers as module_of_readers
from brownout_harness.audit.systematic.readers import Readers

PACKAGE = {
    "limits.py": """LIMIT = 3
OTHER = LIMIT + 1
NOBODYS = 4
print(5)

def close(n=6):
    return n
""",
    "settings.py": """from enum import StrEnum

class Settings:
    size: int = 7

class State(StrEnum):
    OPEN = "open"
""",
    "tables.py": """def row(wide):
    return wide * 2

def late(wide):
    return wide

TABLE = row(3)
LATE = {"late": late, "later": lambda: late(3)}
""",
    "looks.py": """def look(tables):
    return tables.TABLE
""",
    "users.py": """from toy_readers import limits

def a():
    return limits.OTHER

def b(settings, word):
    return settings.size

class C:
    def d(self):
        return "size"

def e(word):
    return State(word)
""",
}


@pytest.fixture
def readers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Readers:
    """Of a package that is not imported."""
    folder = tmp_path / "toy_readers"
    folder.mkdir()
    (folder / "__init__.py").touch()
    for name, code in PACKAGE.items():
        (folder / name).write_text(code, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    return Readers("toy_readers")


A, B, D, E = range(3, 5), range(6, 8), range(10, 12), range(13, 15)


@pytest.mark.parametrize(
    ("module", "line", "by"),
    [
        ("limits.py", 1, {"users.py": [A]}),  # through what was made of it
        ("limits.py", 3, {}),
        ("limits.py", 4, None),  # what it does nobody knows
        ("limits.py", 6, {"limits.py": [range(6, 8)]}),  # an argument's default
        ("settings.py", 4, {"users.py": [B, D]}),  # also by its name as a word
        ("settings.py", 7, {"users.py": [E]}),  # by its value, from the class
    ],
)
def test_it_is_seen_by_the_functions_that_name_it(
    module: str, line: int, by: dict[str, list[range]] | None, readers: Readers, tmp_path: Path
) -> None:
    seen = readers.of(tmp_path / "toy_readers" / module, line)
    if by is None:
        assert seen is None
    else:
        assert seen is not None
        assert {Path(file).name: sorted(lines) for file, lines in seen.items() if lines} == {
            name: sorted(line for lines in ranges for line in lines) for name, ranges in by.items()
        }


def test_what_a_module_elsewhere_mentions_that_uses_the_package_may_be_seen_by_all(
    readers: Readers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The harness reads the core's settings."""
    del readers
    other = tmp_path / "toy_other"
    other.mkdir()
    (other / "__init__.py").write_text("import toy_readers\nread = toy_readers.limits.NOBODYS\n", encoding="utf-8")
    (other / "apart.py").write_text("LIMIT = OTHER = 1  # of its own\n", encoding="utf-8")
    monkeypatch.setattr(module_of_readers, "OURS", ("toy_readers", "toy_other"))
    limits = tmp_path / "toy_readers" / "limits.py"
    again = Readers("toy_readers")
    assert again.of(limits, 3) is None
    assert again.of(limits, 1) is not None


def test_a_function_that_is_called_at_the_import_is_seen_by_who_reads_what_it_made(
    readers: Readers, tmp_path: Path
) -> None:
    tables, looks = (tmp_path / "toy_readers" / name for name in ("tables.py", "looks.py"))
    assert [readers.is_called(tables, line) for line in (2, 5, 7)] == [True, False, False]
    seen = readers.of(tables, 2)
    assert seen is not None
    # And by who calls it once more.
    assert {file: sorted(lines) for file, lines in seen.items() if lines} == {str(looks): [1, 2], str(tables): [1, 2]}
