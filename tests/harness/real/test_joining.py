"""A worker on another machine, played by a network namespace with a clock of its own."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest

from brownout_harness.load import keys
from brownout_harness.problems import BadInput, NotJudged
from brownout_harness.real.joining import join
from brownout_harness.real.load_workers import Generators, check
from tests.support.absent import unpublished
from tests.support.commands import BROWNOUT, LIMIT_S, start
from tests.support.shop_scenario import write_shop

AHEAD_S = 1000


class Machine(NamedTuple):
    """Another one: how something is run there, and where it sees this one."""

    prefix: list[str]
    address: str


def typed(*words: str) -> bool:
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


@pytest.fixture
def machine() -> Iterator[Machine]:
    number = os.getpid() % 250
    name, here, there = f"brownout{os.getpid()}", f"bo{os.getpid()}a", f"bo{os.getpid()}b"
    mine, other = f"10.213.{number}.1", f"10.213.{number}.2"
    if not (shutil.which("ip") and shutil.which("unshare") and typed("ip", "netns", "add", name)):
        unpublished("no network namespaces here: they need iproute2, util-linux and root")
    prefix = ["ip", "netns", "exec", name, "unshare", "-T", "--monotonic", str(AHEAD_S), "--fork", "--kill-child"]
    try:
        made = [
            f"ip link add {here} type veth peer name {there} netns {name}",
            f"ip addr add {mine}/30 dev {here}",
            f"ip link set {here} up",
            f"ip -n {name} addr add {other}/30 dev {there}",
            f"ip -n {name} link set {there} up",
            f"ip -n {name} link set lo up",
        ]
        if not all(typed(*each.split()) for each in made) or not typed(*prefix, "true"):
            unpublished("no virtual network or no clock of a namespace's own can be made here")
        yield Machine(prefix, mine)
    finally:
        typed("ip", "netns", "del", name)
        typed("ip", "link", "del", here)


@pytest.mark.slow
@pytest.mark.real
def test_another_machines_worker_does_its_share_on_its_own_clock(tmp_path: Path, machine: Machine) -> None:
    write_shop(tmp_path)
    address = f"{machine.address}:5557"
    options = ["--for", "3s", "--master", address, "--expect", "1", "--redis", "fake", "--out", "run", "--json"]
    master = start("load", "shop.yaml", "--rate", "40/s", *options, cwd=tmp_path)
    assert master.stderr is not None
    line = next(line for line in master.stderr if keys.VARIABLE in line)
    token = re.search(r"[0-9a-f]{64}", line)
    assert token is not None
    assert f"brownout load --join {address}" in line
    joined = subprocess.run(
        [*machine.prefix, *BROWNOUT, "load", "--join", address],
        env={**os.environ, keys.VARIABLE: token[0]},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    output, errors = master.communicate(timeout=LIMIT_S)
    assert (joined.returncode, master.returncode) == (0, 0), (joined.stderr, errors, output[:2000])
    verdict = json.loads(output)
    assert verdict["verdict"] == "passed"
    (clock,) = (note for note in verdict["notes"] if "clock" in note)
    found = re.fullmatch(r"load\.2: clock \+([0-9.]+) s, within ([0-9.]+) ms, .*", clock)
    assert found is not None, clock
    assert float(found[1]) == pytest.approx(AHEAD_S, abs=float(found[2]) / 1000 + 1e-5)
    rows = pl.read_parquet(tmp_path / "run" / "operations.parquet")
    assert rows["operation_id"].n_unique() == rows.height > 60
    late_s = pl.col("sent_s") - pl.col("intended_s")  # on the master's clock: the other one is a thousand seconds ahead
    assert 0.0 <= rows.select(late_s.min()).item() <= rows.select(late_s.max()).item() < AHEAD_S / 10
    assert token[0] not in "".join(path.read_text() for path in (tmp_path / "run" / "logs").iterdir())


@pytest.mark.parametrize(
    ("address", "token", "said"),
    [
        ("master:5557", "", "is a name"),
        ("8.8.8.8:5557", "", "private network"),
        ("127.0.0.1:5557", "", "--join needs the master's token in BROWNOUT_LOAD_TOKEN"),
        ("127.0.0.1:5557", "0123", "--join needs the master's token in BROWNOUT_LOAD_TOKEN"),
    ],
)
def test_who_joins_nobody_or_anybody_is_told_so(address: str, token: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        join(address, 1, {keys.VARIABLE: token}, print)


@pytest.mark.real
def test_a_worker_that_cannot_start_is_told_of_with_its_last_words() -> None:
    environment = {**os.environ, keys.VARIABLE: keys.new_keys()[1], "PYTHONHOME": "/nowhere"}
    with pytest.raises(NotJudged):
        join("127.0.0.1:9", 1, environment, print)


def test_a_master_listens_where_it_can_and_may() -> None:
    check(Generators(workers=2))
    check(Generators(listen="127.0.0.1:5557", joining=1))
    with pytest.raises(BadInput, match=r"--master 192\.168\.250\.250:5557: cannot assign requested address"):
        check(Generators(listen="192.168.250.250:5557", joining=1))
    with pytest.raises(BadInput, match="--master master is a name"):
        check(Generators(listen="master:5557", joining=1))
