"""Files that were uploaded: fetched, listed, deleted, gone after 48 hours; and what one counts for in a prompt."""

import re
from collections import Counter
from typing import Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.gemini.contents import FileTokens, Tokens
from brownout_simulators.vendors.gemini.errors import JSON, pretty, problem, status_reply
from brownout_simulators.vendors.gemini.paging import listed, page_body
from brownout_simulators.vendors.gemini.resources import File, State

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
    account.state.files.remove(_wanted(call, account, call.params["file"]).id)
    return Reply(200, b"{}\n", {"content-type": JSON})


def download_file(call: Call, account: Account[State]) -> Reply:
    """GET /V/files/{file}:download: only what the API made itself."""
    file = _wanted(call, account, call.params["file"])
    if file.source != "GENERATED":
        message = "Only generated files can be downloaded, uploaded files can't be downloaded."
        raise Refused(problem(call, "invalid-argument", message))
    return Reply(200, file.content, {"content-type": file.kind})


def file_tokens(call: Call, account: Account[State]) -> FileTokens:
    """What a file counts for, by its URI. Raises `Refused` for one that cannot be used."""

    def count(uri: str, _kind: str) -> Tokens:
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
        return Counter(file.tokens)

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
