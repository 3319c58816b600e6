"""A certificate for this machine's loopback names, made once and kept in the user's cache folder.

The authority that signs it signs nothing else: its key is thrown away at once. Whoever trusts it trusts whoever can
read the one key that is left, and only as `localhost`; so nobody but the user can.
"""

import os
import shutil
import ssl
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

NAMES: Final = ("localhost", "127.0.0.1", "::1")
_AUTHORITY: Final = "authority.pem"
_SERVER: Final = "server.pem"


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a server needs, and what its clients have to trust."""

    context: ssl.SSLContext
    authority: Path
    """The authority's certificate, in PEM: for `SSL_CERT_FILE`, `NODE_EXTRA_CA_CERTS` and their like."""


def loopback_certificate(cache: Path | None = None) -> Certificate:
    """The certificate in `cache` (the user's own by default), made now if there is none that can be used.

    Safe where several processes do so at once. Raises `OSError` where nothing can be written.
    """
    folder = (cache or _user_cache()) / "tls"
    found = _load(folder)
    if found is None:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _alone(folder.parent):
            found = _load(folder) or _make(folder)
    return found


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """No other process is in here, where the system can tell."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    with (folder / "tls.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _user_cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base.startswith("/") else Path.home() / ".cache") / "brownout"


def _load(folder: Path) -> Certificate | None:
    """What is there, if it is whole and nobody else's hands can be on it."""
    server = folder / _SERVER
    try:
        if not (_is_private(folder) and _is_private(server)):
            return None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(server)
        context.set_alpn_protocols(["http/1.1"])
        ssl.create_default_context(cafile=folder / _AUTHORITY)
    except (OSError, ValueError):
        return None
    return Certificate(context, folder / _AUTHORITY)


def _is_private(path: Path) -> bool:
    if os.name != "posix":
        return path.exists()  # the user's profile is for nobody else there
    found = path.lstat()
    return found.st_uid == os.getuid() and not stat.S_IMODE(found.st_mode) & 0o077 and not stat.S_ISLNK(found.st_mode)


def _make(folder: Path) -> Certificate:
    # Takes a tenth of a second to import, and few need it.
    import trustme

    authority = trustme.CA()
    server = authority.issue_cert(*NAMES)
    made = Path(tempfile.mkdtemp(prefix="tls-", dir=folder.parent))  # for nobody but the user
    authority.cert_pem.write_to_path(made / _AUTHORITY)
    descriptor = os.open(made / _SERVER, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(b"".join(pem.bytes() for pem in (server.private_key_pem, *server.cert_chain_pems)))
    if folder.is_symlink():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)
    made.rename(folder)
    certificate = _load(folder)
    if certificate is None:
        raise OSError(f"no certificate can be kept in {folder}")
    return certificate
