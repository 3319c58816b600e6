"""Who serves on this machine is found, and nobody who has gone."""

import json
from pathlib import Path

import pytest

from brownout_harness.real.served import Served
from brownout_harness.real.served_here import Serving, announced, serving, usual_folder

STRIPE = Served("stripe", "http://127.0.0.1:4001", {"STRIPE_API_KEY": "sk_test_1"})
TWILIO = Served("twilio", "http://127.0.0.1:4002")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "brownout"


def urls(found: list[Serving]) -> list[str]:
    return [one.url for each in found for one in each.simulators]


def test_who_serves_is_found_until_it_ends(folder: Path) -> None:
    with announced("brownout up", [STRIPE, TWILIO], folder):
        (found,) = serving(folder)
        assert found.what == "brownout up"
        assert [(one.vendor, one.url) for one in found.simulators] == [
            ("stripe", "http://127.0.0.1:4001"),
            ("twilio", "http://127.0.0.1:4002"),
        ]
    assert serving(folder) == []
    assert list(folder.iterdir()) == []


def test_several_of_one_process_are_told_apart(folder: Path) -> None:
    with announced("a run", [STRIPE], folder), announced("its control run", [TWILIO], folder):
        assert urls(serving(folder)) == ["http://127.0.0.1:4001", "http://127.0.0.1:4002"]


def test_no_credential_is_written_and_nobody_else_can_read_it(folder: Path) -> None:
    with announced("brownout up", [STRIPE], folder):
        (file,) = folder.iterdir()
        assert "sk_test_1" not in file.read_text(encoding="utf-8")
        assert folder.stat().st_mode & 0o077 == 0


def test_the_file_of_somebody_who_was_killed_is_taken_away(folder: Path) -> None:
    folder.mkdir(mode=0o700)
    left = folder / "1-4001.json"
    left.write_text(json.dumps({"what": "brownout up", "pid": 1, "urls": {"stripe": STRIPE.url}}), encoding="utf-8")
    assert serving(folder) == []
    assert not left.exists()


def test_a_folder_that_others_can_write_to_is_not_believed(folder: Path) -> None:
    with announced("brownout up", [STRIPE], folder):
        folder.chmod(0o777)
        assert serving(folder) == []
        folder.chmod(0o700)


def test_a_link_is_not_followed(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    folder.symlink_to(elsewhere)
    with announced("brownout up", [STRIPE], folder):
        assert list(elsewhere.iterdir()) == []
        assert serving(folder) == []


def test_where_nothing_can_be_written_it_serves_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with announced("brownout up", [STRIPE], tmp_path / "file" / "brownout"):
        assert serving(tmp_path / "file" / "brownout") == []


def test_the_usual_folder_is_the_users_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert usual_folder().parent == tmp_path
