"""Inside a virtual run the real world is out of reach, and whoever reaches for it is named."""

import datetime as dt
import io
import os
import pathlib
import random
import secrets
import socket
import subprocess
import sys
import threading
import time
import traceback
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from brownout_harness.virtual.closed import NotVirtual, closed_world
from tests.harness.virtual.reaching import EPOCH_S, Maker, in_virtual_time


def _connect() -> None:
    with socket.socket() as probe:
        probe.connect(("127.0.0.1", 9))


def _spawn() -> None:
    subprocess.run(["true"], check=True)


def _thread() -> None:
    threading.Thread(target=print).start()


def _sleep() -> None:
    time.sleep(0)  # noqa: TID251 - the very thing that is caught


@pytest.mark.parametrize(
    ("reach_out", "deed"),
    [
        (_connect, "connects a real socket"),
        (_spawn, "starts a process"),
        (_thread, "starts a thread"),
        (_sleep, "sleeps on the wall clock"),
    ],
)
def test_reaching_out_is_an_error_that_names_the_place(reach_out: Callable[[], None], deed: str) -> None:
    with closed_world(), pytest.raises(NotVirtual, match=rf"test_closed\.py:\d+ {deed}"):
        reach_out()


FILES = [
    "open('/dev/null')",
    "import io; io.open('/dev/null')",
    "import os; os.open('/dev/null', os.O_RDONLY)",
    "from pathlib import Path; Path('/dev/null').open()",
    "from pathlib import Path; Path('/dev/null').read_text()",
    "import tempfile; tempfile.TemporaryFile()",
]


@pytest.mark.parametrize("text", FILES)
def test_our_own_packages_open_no_file(ours: Maker, text: str) -> None:
    do = ours(text)
    with closed_world(), pytest.raises(NotVirtual, match=r"somewhere\.py:\d+ opens a file"):
        do()


def test_libraries_may_read_files_but_write_none(theirs: Maker, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("text")
    read = theirs(f"import pathlib; pathlib.Path({str(path)!r}).read_text()")
    assert in_virtual_time(read) == "text"
    for text in (f"open({str(path)!r}, 'a')", f"import os; os.open({str(path)!r}, os.O_WRONLY)"):
        with pytest.raises(NotVirtual, match=r"somewhere\.py:\d+ writes a file"):
            in_virtual_time(theirs(text if ";" in text else f"pass; {text}"))
    assert path.read_text() == "text"


@pytest.mark.parametrize("prefix", [None, "elsewhere"])
def test_compiled_modules_are_written_down_by_whoever_imports(
    theirs: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prefix: str | None
) -> None:
    cache = tmp_path / (prefix or "__pycache__")
    cache.mkdir()
    monkeypatch.setattr(sys, "pycache_prefix", prefix and str(cache))
    in_virtual_time(theirs(f"pass; open({str(cache / 'module.pyc')!r}, 'wb').close()"))
    assert (cache / "module.pyc").exists()


def test_what_our_packages_import_and_trace_is_read_from_files_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ours: Maker
) -> None:
    (tmp_path / "imported_late.py").write_text("value = 5\n")
    monkeypatch.syspath_prepend(tmp_path)
    do = ours("import importlib, traceback; (__import__('imported_late').value, traceback.format_stack())")
    value, stack = in_virtual_time(do)
    assert value == 5
    assert "test_closed.py" in "".join(stack)


def test_other_threads_are_left_alone() -> None:
    heard: list[object] = []
    opened, done = threading.Event(), threading.Event()

    def beside() -> None:
        opened.wait(10)
        heard.extend([time.monotonic(), dt.datetime.now(dt.UTC), random.random(), uuid.uuid4()])  # noqa: TID251
        done.set()

    other = threading.Thread(target=beside)
    other.start()
    started_at = dt.datetime.now(dt.UTC)  # noqa: TID251
    with closed_world(epoch_s=EPOCH_S):
        opened.set()
        assert done.wait(10)
    other.join()
    assert isinstance(heard[1], dt.datetime)
    assert heard[1] >= started_at


def snapshot() -> list[object]:
    """Everything that is replaced meanwhile."""
    owners = (time, random, os, uuid, secrets, io, pathlib, dt, dt.datetime, dt.date, random.Random)
    found: list[object] = [
        value
        for owner in owners
        for name, value in sorted(vars(owner).items())
        if callable(value) or isinstance(value, classmethod)
    ]
    return [*found, threading.Thread.start, open, random.getstate()]


@pytest.mark.parametrize("ends", ["well", "with an error"])
def test_afterwards_the_world_is_as_it_was(ours: Maker, ends: str) -> None:
    do = ours("from datetime import datetime; datetime.now()")
    before = snapshot()
    try:
        with closed_world(seed=5):
            random.random()  # noqa: TID251
            if ends == "with an error":
                do()
    except NotVirtual:
        pass
    assert snapshot() == before
    assert do() > dt.datetime(2026, 1, 1)  # noqa: DTZ001
    _spawn()


def test_a_trace_of_the_refusal_can_be_printed() -> None:
    with closed_world():
        try:
            _thread()
        except NotVirtual:
            assert "starts a thread" in traceback.format_exc()
