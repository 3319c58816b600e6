"""What is on the machine, and what is not."""

import socket
from pathlib import Path

import pytest

from brownout_harness.beginning import machine
from brownout_harness.beginning.machine import PACKAGES, PROGRAMS, Finding, findings
from brownout_harness.intercept import program


def found(what: str, **options: object) -> Finding:
    (each,) = [each for each in findings({}, **options) if each.what == what]  # type: ignore[arg-type]
    return each


def test_what_is_needed_comes_first_and_whatever_is_missing_has_a_cure(tmp_path: Path) -> None:
    every = list(findings({}, path=str(tmp_path)))
    needed = [each.is_needed for each in every]
    assert needed == sorted(needed, reverse=True)
    assert all(each.is_there for each in every if each.is_needed), every
    assert all(each.cure for each in every if not each.is_there)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_that_is_not_on_the_path_says_what_wants_it(name: str, tmp_path: Path) -> None:
    assert not found(name, path=str(tmp_path)).is_there
    (tmp_path / name).write_text("#!/bin/sh\n")
    (tmp_path / name).chmod(0o755)
    assert found(name, path=str(tmp_path)) == Finding(name, True, False, str(tmp_path / name), PROGRAMS[name][1])


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_tells_its_version_or_how_it_is_got(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(name).found[0].isdigit()
    monkeypatch.setattr(machine, "PACKAGES", {f"{name}-of-nobody": "nothing"})
    missing = found(f"{name}-of-nobody")
    assert (missing.is_there, missing.is_needed) == (False, False)


def test_a_live_key_is_found_and_not_repeated() -> None:
    key = "sk_" + "live_51H8xkP2eZvKYlo2C0aBcDeFgHiJkLmNoPqRs"
    (told,) = [each for each in findings({"STRIPE_API_KEY": key}) if each.what == "environment"]
    assert (told.is_there, told.is_needed) == (False, True)
    assert "STRIPE_API_KEY" in told.found
    assert key not in told.found


def test_a_port_that_is_taken_is_named_with_whose_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        monkeypatch.setattr(machine, "_is_taken", lambda port, real=machine._is_taken: port == 12111 and real(taken))
        told = found("ports of `up`")
    assert (told.is_there, told.found) == (False, "taken: 12111 (stripe)")


def test_a_machine_with_one_core_and_an_old_python_are_told(tmp_path: Path) -> None:
    assert not machine._cores(1).is_there
    assert not machine._python((3, 10)).is_there
    assert not machine._folder(tmp_path / "none").is_there


def test_mitmproxy_is_found_where_intercept_would_find_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "_ROOT", tmp_path)
    monkeypatch.chdir(tmp_path)
    told = found("mitmproxy", path=str(tmp_path))
    assert (told.is_there, told.cure) == (False, "make tools, or pipx install mitmproxy")
    (tmp_path / program.NAME).touch(mode=0o755)
    assert found("mitmproxy", path=str(tmp_path)).found == str(tmp_path / program.NAME)
