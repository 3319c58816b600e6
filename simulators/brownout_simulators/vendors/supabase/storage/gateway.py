"""Paths of storage that are open without a key, and those whose body is a file."""

from typing import Final
from urllib.parse import parse_qs

from brownout_simulators.call import Call
from brownout_simulators.vendors.supabase.keys import project_of
from brownout_simulators.vendors.supabase.tokens import unverified

PUBLIC: Final = ("/storage/v1/object/public/", "/storage/v1/object/info/public/")
SIGNED: Final = ("/storage/v1/object/sign/", "/storage/v1/object/upload/sign/", "/storage/v1/upload/resumable/sign")
DEFAULT: Final = "default"
"""The project of whoever names none: a public link has no key in it."""
_JSON: Final = ("list/", "list-v2/", "sign/", "upload/sign/")


def keyless(call: Call) -> str | None:
    """The project that the call names by other means than a key; None where the path asks for one."""
    if call.path.startswith(SIGNED):
        token = parse_qs(call.query).get("token", [""])[0] or call.headers.get("x-signature", "")
        project = unverified(token).get("ref")
        return project if isinstance(project, str) else None
    if call.method in ("GET", "HEAD") and call.path.startswith(PUBLIC):
        return project_of(DEFAULT)
    return None


def takes_a_file(call: Call) -> bool:
    """Whether the body is a file, whatever its content type says."""
    if call.path.startswith("/storage/v1/upload/resumable"):
        return True
    if call.method not in ("POST", "PUT") or not call.path.startswith("/storage/v1/object/"):
        return False
    rest = call.path.removeprefix("/storage/v1/object/")
    return call.method == "PUT" or not (rest.startswith(_JSON) or rest in ("move", "copy"))
