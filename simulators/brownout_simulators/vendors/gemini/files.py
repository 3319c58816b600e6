"""Files that were uploaded: fetched, listed, deleted, gone after 48 hours; and what one counts for in a prompt."""

import hashlib
import re
from collections.abc import Mapping
from typing import Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.gemini.contents import FileTokens, tokens_of_bytes
from brownout_simulators.vendors.gemini.errors import JSON, pretty, problem, status_reply
from brownout_simulators.vendors.gemini.paging import listed, page_body
from brownout_simulators.vendors.gemini.resources import CONTENTS_LIMIT, FILE_LIFE_S, TEXT_LIMIT, File, State

_URI: Final = re.compile(r"(?:https?://[^/?#]+(?:/v1(?:beta)?)?/)?files/([a-z0-9-]{1,40})")


def fetch_file(call: Call, account: Account[State]) -> Reply:
    """GET /V/files/{file}."""
    file = _wanted(call, account, call.params["file"])
    return Reply(200, pretty(file.rendered(account.base_url, _now_s(account))), {"content-type": JSON})


def list_files(call: Call, account: Account[State]) -> Reply:
    """GET /V/files, the newest first."""
    shown, token = listed(
        call,
        account.state.files,
        lambda file: _is_seen(account, file),
        lambda file: file.id,
        default=10,
        most=100,
    )
    now_s = _now_s(account)
    body = page_body("files", [file.rendered(account.base_url, now_s) for file in shown], token)
    return Reply(200, pretty(body), {"content-type": JSON})


def delete_file(call: Call, account: Account[State]) -> Reply:
    """DELETE /V/files/{file}."""
    _forget(account.state, _wanted(call, account, call.params["file"]))
    return Reply(200, b"{}\n", {"content-type": JSON})


def download_file(call: Call, account: Account[State]) -> Reply:
    """GET /V/files/{file}:download: only what the API made itself."""
    file = _wanted(call, account, call.params["file"])
    if file.source != "GENERATED":
        message = "Only generated files can be downloaded, uploaded files can't be downloaded."
        raise Refused(problem(call, "invalid-argument", message))
    content = account.state.contents.get(file.id)
    if content is None:
        raise Refused(problem(call, "not-found", "This simulator no longer keeps what is in that file."))
    return Reply(200, content, {"content-type": file.kind})


def keep(account: Account[State], file: File, content: bytes | None) -> None:
    """Keep a new file for its two days, and what is in it where that may be asked for."""
    state, now_s = account.state, account.clock()
    state.files.put(file.id, file, now_s)
    if content is not None:
        state.contents.put(file.id, content, now_s)
    account.later(FILE_LIFE_S, lambda: _forget(state, file))


def _forget(state: State, file: File) -> None:
    if state.files.get(file.id) is file:
        state.files.remove(file.id)
        state.contents.remove(file.id)


def made_file(account: Account[State], name: str, content: bytes, kind: str) -> File:
    """A file that the API made itself: it can be downloaded."""
    file = File(
        id=name,
        display_name="",
        kind=kind,
        size=len(content),
        digest=hashlib.sha256(content).digest(),
        made_s=account.clock(),
        made_wall_s=account.wall_s(),
        ready_s=account.clock(),
        fails=False,
        tokens=tokens_of_bytes(kind, len(content)),
        source="GENERATED",
    )
    keep(account, file, content)
    return file


def lines_of(call: Call, account: Account[State], name: str) -> list[bytes]:
    """The lines of a file of requests. Raises `Refused`."""
    file = _wanted(call, account, name.removeprefix("files/"))
    content = account.state.contents.get(file.id)
    if content is None:
        text = (
            f"This simulator keeps files of type jsonl up to {TEXT_LIMIT} bytes, the newest {CONTENTS_LIMIT} of them."
        )
        raise Refused(problem(call, "invalid-argument", text))
    return content.split(b"\n")


def file_tokens(call: Call, account: Account[State]) -> FileTokens:
    """What a file counts for, by its URI. Raises `Refused` for one that cannot be used."""

    def count(uri: str, _kind: str) -> Mapping[str, int]:
        found = _URI.fullmatch(uri)
        if found is None:
            message = (
                f"Unsupported file URI type: {uri[:200]}. File URI must be a File API (i.e."
                " https://generativelanguage.googleapis.com/files/<id>) or Youtube (i.e."
                " https://www.youtube.com/watch?v=<id>) URI."
            )
            raise Refused(problem(call, "invalid-argument", message))
        file = _wanted(call, account, found[1])
        if file.state(account.clock()) != "ACTIVE":
            message = f"The File {file.id} is not in an ACTIVE state and usage is not allowed."
            raise Refused(status_reply(call, 400, "FAILED_PRECONDITION", message))
        return file.tokens

    return count


def _wanted(call: Call, account: Account[State], name: str) -> File:
    """403 for one that is not there: whether it is somebody else's is not told."""
    file = account.state.files.get(name)
    if file is None or not _is_seen(account, file):
        message = f"You do not have permission to access the File {name} or it may not exist."
        raise Refused(problem(call, "permission-denied", message))
    return file


def _is_seen(account: Account[State], file: File) -> bool:
    if account.clock() >= file.expires_s:
        return False
    as_of_s = account.as_of_s
    if as_of_s is None:
        return True
    if file.made_s > as_of_s:
        account.was_stale = True
        return False
    return True


def _now_s(account: Account[State]) -> float:
    """The instant as of which a read sees a file's state."""
    if account.as_of_s is None or account.hides_new_only:
        return account.clock()
    return account.as_of_s
