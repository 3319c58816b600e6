"""Where mitmproxy is looked for, and what it is told."""

import json
from itertools import pairwise
from pathlib import Path

import pytest

from brownout_harness.intercept import program
from brownout_harness.intercept.plan import VARIABLE, Plan
from brownout_harness.problems import BadInput


def test_without_it_one_line_says_how_it_gets_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(program, "_ROOT", tmp_path)
    with pytest.raises(BadInput, match=r"^mitmproxy is not here.*make tools, or pipx install mitmproxy$"):
        program.find({"PATH": str(tmp_path)})


def test_the_one_on_the_path_comes_before_the_projects_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own = tmp_path / program.TOOLS / "bin" / program.NAME
    for made in (own, tmp_path / "bin" / program.NAME):
        made.parent.mkdir(parents=True)
        made.touch(mode=0o755)
    monkeypatch.chdir(tmp_path)
    assert program.find({"PATH": str(tmp_path / "bin")}) == str(tmp_path / "bin" / program.NAME)
    assert program.find({"PATH": ""}) == str(own)


def test_it_listens_on_this_machine_alone_and_dials_nobody_unasked(tmp_path: Path) -> None:
    around = {"HTTPS_PROXY": "http://127.0.0.1:1", "PYTHONPATH": "elsewhere", "HOME": "here"}
    command, environment = program.prepared(
        "mitmdump", Plan(stood=()), port=0, door=9, folder=tmp_path, environment=around
    )
    options = dict(word.split("=", 1) for word in command if "=" in word)
    modes = [word for before, word in pairwise(command) if before == "--mode"]
    assert modes == ["regular@127.0.0.1:0", "reverse:http://nowhere.invalid@127.0.0.1:9"]
    assert (options["connection_strategy"], options["upstream_cert"], options["rawtcp"]) == ("lazy", "false", "false")
    assert options["confdir"] == str(tmp_path), "its authority is gone with the run"
    assert not {"HTTPS_PROXY", "PYTHONPATH"} & environment.keys()
    assert environment["HOME"] == "here"
    assert json.loads(Path(environment[VARIABLE]).read_text())["stood"] == []


@pytest.mark.parametrize(("passed", "insecure"), [((), "true"), (("api.shop.test",), "false")])
def test_certificates_are_looked_at_as_soon_as_another_machine_may_be_dialled(
    tmp_path: Path, passed: tuple[str, ...], insecure: str
) -> None:
    plan = Plan(stood=(), passed=passed)
    command, _ = program.prepared("mitmdump", plan, port=0, door=9, folder=tmp_path, environment={})
    assert f"ssl_insecure={insecure}" in command
