"""What of a run's logs is looked through."""

from pathlib import Path

import pytest

from brownout_harness.running import logs


def test_each_log_is_there_as_far_as_it_is_searched_and_nothing_is_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").write_text("not ours")
    folder = tmp_path / "logs"
    (folder / "sub").mkdir(parents=True)
    (folder / "b.log").write_bytes(b"0123456789")
    (folder / "a.log").write_bytes(b"\xff!")
    (folder / "c.log").symlink_to(tmp_path / "elsewhere")
    monkeypatch.setattr(logs, "LOG_BYTES", 4)
    assert list(logs.logs_in(folder).items()) == [("logs/a.log", "\ufffd!"), ("logs/b.log", "0123")]
    assert logs.logs_in(None) == {}
