"""Uploads, by Google's resumable protocol: start, the bytes, how far they came, the end.

The state of an upload is told by `X-Goog-Upload-Status`, which SDKs go by. The URL of an upload is its credential.
"""

import re
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.gemini.access import upload_id, upload_id_of
from brownout_simulators.vendors.gemini.contents import tokens_of_bytes
from brownout_simulators.vendors.gemini.errors import JSON, invalid, pretty, problem, unreadable
from brownout_simulators.vendors.gemini.files import keep
from brownout_simulators.vendors.gemini.reading import Unreadable, read
from brownout_simulators.vendors.gemini.resources import CANCELLED, File, State, Upload, new_id

LARGEST: Final = 2 * 1024**3
"""Bytes of one file."""
GRANULARITY: Final = 256 * 1024
_NAME: Final = re.compile(r"files/([a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?)")
_MEDIA: Final = ("video/", "audio/")


def upload(call: Call, account: Account[State]) -> Reply:
    """POST /upload/V/files: begins an upload, or goes on with one."""
    commands = [part.strip().lower() for part in call.headers.get("x-goog-upload-command", "").split(",")]
    if commands == ["start"]:
        return _start(call, account)
    one = account.state.uploads.get(upload_id_of(call))
    if one is None:
        raise Refused(problem(call, "not-found", "Upload has already been terminated, or it was never begun."))
    if commands == ["query"]:
        return _told(one)
    if commands == ["cancel"] and not one.made:
        one.made = CANCELLED
        return _told(one)
    if one.made:
        # Who asks again after a lost answer is told that the upload is over, in the header that SDKs go by.
        return _refused(call, one, "The upload is over.")
    if not set(commands) <= {"upload", "finalize"}:
        return _refused(call, one, f"Unknown upload command: {', '.join(commands)[:100]}")
    return _go_on(call, account, one, commands)


def _start(call: Call, account: Account[State]) -> Reply:
    if call.headers.get("x-goog-upload-protocol", "").lower() != "resumable":
        raise invalid(call, "This simulator takes uploads by the resumable protocol only.")
    try:
        file = read("CreateFileRequest", call.data if call.body else {}).get("file", {})
    except Unreadable as found:
        raise Refused(unreadable(call, found.violations)) from None
    name = str(file.get("name", ""))
    if name:
        match = _NAME.fullmatch(name if "/" in name else f"files/{name}")
        if match is None:
            raise invalid(
                call, "* CreateFileRequest.file.name: names may only contain lowercase letters, digits and dashes.\n"
            )
        if match[1] in account.state.files:
            raise Refused(problem(call, "already-exists"))
        file = {**file, "name": match[1]}
    announced = call.headers.get("x-goog-upload-header-content-length", "")
    if announced and (not announced.isdecimal() or int(announced[:19]) > LARGEST):
        raise invalid(call, f"The file is too large: at most {LARGEST} bytes.")
    kind = call.headers.get("x-goog-upload-header-content-type") or file.get("mimeType") or "application/octet-stream"
    one = Upload(
        upload_id(account.name, account.ids.base62(40)), file, str(kind), int(announced) if announced else None
    )
    account.state.uploads.add(one.id, one, account.clock())
    url = f"{account.base_url}{call.path}?upload_id={one.id}&upload_protocol=resumable"
    reply = _told(one)
    reply.headers |= {
        "x-goog-upload-url": url,
        "x-goog-upload-control-url": url,
        "x-goog-upload-chunk-granularity": str(GRANULARITY),
    }
    return reply


def _told(one: Upload) -> Reply:
    """How far it is."""
    headers = {"content-type": JSON, "x-goog-upload-status": one.status}
    if one.status == "active":
        headers["x-goog-upload-size-received"] = str(one.size)
    return Reply(200, b"", headers)


def _refused(call: Call, one: Upload, message: str) -> Reply:
    reply = problem(call, "invalid-argument", message)
    reply.headers["x-goog-upload-status"] = one.status
    reply.headers["x-goog-upload-size-received"] = str(one.size)
    return reply


def _go_on(call: Call, account: Account[State], one: Upload, commands: list[str]) -> Reply:
    if "upload" in commands:
        offset = call.headers.get("x-goog-upload-offset", "")
        if offset != str(one.size):
            return _refused(call, one, f"The upload is at {one.size} bytes, not at {offset[:20] or 'none'}.")
        if one.size + len(call.body) > (LARGEST if one.announced is None else one.announced):
            return _refused(call, one, "More bytes came than were announced.")
        one.take(call.body)
    if "finalize" not in commands:
        return _told(one)
    if one.announced is not None and one.size != one.announced:
        return _refused(call, one, f"{one.announced} bytes were announced, and {one.size} came.")
    file = _made(account, one)
    one.made = file.id
    body: dict[str, Any] = {"file": file.rendered(account.base_url, account.clock())}
    return Reply(200, pretty(body), {"content-type": JSON, "x-goog-upload-status": "final"})


def _made(account: Account[State], one: Upload) -> File:
    """The file that an upload becomes. Recordings are processed for a while before they can be used."""
    now_s = account.clock()
    waits_s = account.setup.processing_s if one.kind.startswith(_MEDIA) else 0.0
    name = str(one.file.get("name", "")) or new_id(account)
    file = File(
        id=name,
        display_name=str(one.file.get("displayName", "")),
        kind=one.kind,
        size=one.size,
        digest=one.digest.digest(),
        made_s=now_s,
        made_wall_s=account.wall_s(),
        ready_s=now_s + waits_s,
        fails=one.size == 0,
        tokens=tokens_of_bytes(one.kind, one.size, one.whole_text),
    )
    keep(account, file, one.lines)
    one.text.clear()
    return file
