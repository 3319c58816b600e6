"""A certificate for loopback, made once."""

import ssl
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from brownout_simulators.hosts.tls import NAMES, loopback_certificate


def shake_hands(server: ssl.SSLContext, authority: Path, name: str) -> None:
    """A handshake in memory, in which the client trusts that authority only."""
    client = ssl.create_default_context(cafile=authority)
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    asking = client.wrap_bio(back, there, server_hostname=name)
    answering = server.wrap_bio(there, back, server_side=True)
    for _ in range(4):
        for side in (asking, answering):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue


@pytest.mark.parametrize("name", NAMES)
def test_a_client_that_trusts_the_authority_is_content_with_every_loopback_name(name: str, tmp_path: Path) -> None:
    made = loopback_certificate(tmp_path)
    shake_hands(made.context, made.authority, name)


def test_no_other_name_is_vouched_for(tmp_path: Path) -> None:
    made = loopback_certificate(tmp_path)
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(made.context, made.authority, "example.com")


def test_the_second_time_it_is_the_same(tmp_path: Path) -> None:
    first, second = loopback_certificate(tmp_path), loopback_certificate(tmp_path)
    shake_hands(second.context, first.authority, "localhost")
    assert first.authority == second.authority


def test_nobody_but_the_user_can_read_the_key_and_the_authoritys_is_nowhere(tmp_path: Path) -> None:
    folder = loopback_certificate(tmp_path).authority.parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "server.pem").stat().st_mode) == 0o600
    keys = [path.name for path in folder.iterdir() if b"PRIVATE KEY" in path.read_bytes()]
    assert keys == ["server.pem"]


@pytest.mark.parametrize("harm", ["readable", "cut", "empty", "foreign authority", "link"])
def test_one_that_cannot_be_used_or_trusted_is_made_anew(harm: str, tmp_path: Path) -> None:
    before = loopback_certificate(tmp_path)
    folder, key = before.authority.parent, before.authority.with_name("server.pem")
    old = key.read_bytes()
    if harm == "readable":
        key.chmod(0o644)
    elif harm == "cut":
        key.write_bytes(old[: len(old) // 2])
    elif harm == "empty":
        before.authority.write_bytes(b"")
    elif harm == "foreign authority":
        folder.chmod(0o777)
    else:
        moved = folder.rename(tmp_path / "elsewhere")
        folder.symlink_to(moved)
    after = loopback_certificate(tmp_path)
    shake_hands(after.context, after.authority, "localhost")
    assert key.read_bytes() != old
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "elsewhere") == ["tls", "tls.lock"]


def test_several_processes_at_once_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: loopback_certificate(tmp_path), range(8)))
    for one in made:
        shake_hands(one.context, made[0].authority, "localhost")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tls", "tls.lock"]


def test_it_is_kept_in_the_users_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert loopback_certificate().authority == tmp_path / "cache" / "brownout" / "tls" / "authority.pem"
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert loopback_certificate().authority.is_relative_to(tmp_path / ".cache")


def test_where_nothing_can_be_written_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OSError, match="file"):
        loopback_certificate(tmp_path / "file" / "cache")
