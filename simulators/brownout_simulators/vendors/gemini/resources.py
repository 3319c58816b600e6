"""What a project holds: files, uploads that have begun, cached contents, batches; and how instants are written."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from brownout_simulators.account import Account
from brownout_simulators.store import Store

FILE_LIFE_S: Final = 48 * 3_600.0
TEXT_LIMIT: Final = 4 * 1024 * 1024
"""Bytes of a text that are kept while it is uploaded, to count its tokens; what is longer is estimated."""
CANCELLED: Final = "cancelled"
_TEXTS: Final = frozenset({"application/json", "application/jsonl", "application/xml", "application/yaml", "jsonl"})
FILES_LIMIT: Final = 10_000
UPLOADS_LIMIT: Final = 1_000
CACHES_LIMIT: Final = 1_000
BATCHES_LIMIT: Final = 100
CONTENTS_LIMIT: Final = 32
DONE: Final = ("SUCCEEDED", "CANCELLED")
_LETTERS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


def rfc3339(wall_s: float) -> str:
    """`2025-10-09T08:53:20.250000Z`."""
    moment = datetime.fromtimestamp(wall_s, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def is_text(kind: str) -> bool:
    """Whether files of this MIME type are text."""
    return kind.startswith("text/") or kind in _TEXTS


def new_id(account: Account[Any], length: int = 12) -> str:
    """Lower-case letters and digits, as in `files/abc-123`."""
    return "".join(_LETTERS[int(pair, 16) % 36] for pair in _pairs(account.ids.hexadecimal(length * 2)))


def _pairs(text: str) -> list[str]:
    return [text[place : place + 2] for place in range(0, len(text), 2)]


class Upload:
    """One that has begun. Of the bytes stay their digest, their number and, of a text that is not too long, all."""

    __slots__ = ("announced", "digest", "file", "id", "kind", "made", "size", "text")

    def __init__(self, id: str, file: Mapping[str, Any], kind: str, announced: int | None) -> None:  # noqa: A002
        self.id = id
        self.file = file
        """What the file is to be called."""
        self.kind = kind
        self.announced = announced
        """How many bytes there are to be, where that was said."""
        self.size = 0
        self.digest = hashlib.sha256()
        self.text = bytearray()
        self.made = ""
        """The file that it became, or `cancelled`."""

    @property
    def status(self) -> str:
        """In the protocol's words."""
        return "active" if not self.made else "cancelled" if self.made == CANCELLED else "final"

    def take(self, data: bytes) -> None:
        """The next bytes."""
        self.size += len(data)
        self.digest.update(data)
        if is_text(self.kind) and self.size <= TEXT_LIMIT:
            self.text += data

    @property
    def whole_text(self) -> str | None:
        """What was uploaded, where it is a text that was kept."""
        if not is_text(self.kind) or self.size > TEXT_LIMIT:
            return None
        return self.text.decode("utf-8", "replace")

    @property
    def lines(self) -> bytes | None:
        """The same as it came, where it may be a list of requests."""
        return bytes(self.text) if "jsonl" in self.kind and self.size <= TEXT_LIMIT else None


@dataclass(slots=True)
class File:
    """One file. Its state is a function of time: what a lagging read sees is what was true then."""

    id: str
    display_name: str
    kind: str
    size: int
    digest: bytes
    made_s: float
    """On the simulator's clock."""
    made_wall_s: float
    ready_s: float
    """From when on it can be used; before, it is being processed."""
    fails: bool
    """It cannot be processed."""
    tokens: Mapping[str, int]
    """What it counts for in a prompt, by modality."""
    source: str = "UPLOADED"

    @property
    def expires_s(self) -> float:
        """When it goes, on the simulator's clock."""
        return self.made_s + FILE_LIFE_S

    def state(self, now_s: float) -> str:
        """PROCESSING, then ACTIVE or FAILED."""
        if now_s < self.ready_s:
            return "PROCESSING"
        return "FAILED" if self.fails else "ACTIVE"

    def rendered(self, base_url: str, now_s: float) -> dict[str, Any]:
        """As the API tells of it at that instant (of the simulator's clock)."""
        state = self.state(now_s)
        updated_s = self.made_wall_s + (self.ready_s - self.made_s if now_s >= self.ready_s else 0.0)
        uri = f"{base_url}/v1beta/files/{self.id}"
        body: dict[str, Any] = {"name": f"files/{self.id}"}
        if self.display_name:
            body["displayName"] = self.display_name
        body |= {
            "mimeType": self.kind,
            "sizeBytes": str(self.size),
            "createTime": rfc3339(self.made_wall_s),
            "updateTime": rfc3339(updated_s),
            "expirationTime": rfc3339(self.made_wall_s + FILE_LIFE_S),
            # Base64 of the digest as hexadecimal digits: the API's oddity.
            "sha256Hash": base64.b64encode(self.digest.hex().encode()).decode(),
            "uri": uri,
            "state": state,
            "source": self.source,
        }
        if self.source == "GENERATED":
            body["downloadUri"] = f"{uri}:download?alt=media"
        if state == "FAILED":
            body["error"] = {"code": 3, "message": "The file failed to be processed."}
        return body


@dataclass(slots=True)
class Cache:
    """One cached content. `revisions` is never empty: (from when on, when it expires on the wall clock)."""

    id: str
    model: str
    display_name: str
    request: Mapping[str, Any]
    """contents, systemInstruction, tools, toolConfig."""
    tokens: Mapping[str, int]
    """By modality."""
    made_s: float
    made_wall_s: float
    revisions: list[tuple[float, float, float]]
    """(since when, on the simulator's clock; the same on the wall clock; when it expires, on the wall clock)."""

    @property
    def expires_wall_s(self) -> float:
        """When it goes."""
        return self.revisions[-1][2]

    @property
    def total_tokens(self) -> int:
        """What it counts for in a prompt."""
        return sum(self.tokens.values())

    def rendered(self, at_s: float) -> dict[str, Any]:
        """As the API tells of it, as of an instant of the simulator's clock."""
        _, updated_wall_s, expires_wall_s = next(
            (each for each in reversed(self.revisions) if each[0] <= at_s), self.revisions[0]
        )
        return {
            "name": f"cachedContents/{self.id}",
            "model": self.model,
            "createTime": rfc3339(self.made_wall_s),
            "updateTime": rfc3339(updated_wall_s),
            "expireTime": rfc3339(expires_wall_s),
            "displayName": self.display_name,
            "usageMetadata": {"totalTokenCount": self.total_tokens},
        }


class Revision(NamedTuple):
    """When something got into a state."""

    at_s: float
    """On the simulator's clock."""
    wall_s: float
    state: str


@dataclass(slots=True, kw_only=True)
class Batch:
    """Requests that are answered later. `revisions` is never empty and only grows."""

    id: str
    model: str
    display_name: str
    requests: Sequence[Mapping[str, Any]]
    is_inline: bool
    made_wall_s: float
    answers: list[dict[str, Any]] = field(default_factory=list)
    failed: int = 0
    output: str = ""
    """The file with the answers, where the requests came in one."""
    revisions: list[Revision] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        """Whether nothing is to come any more."""
        return self.revisions[-1].state in DONE

    def move(self, state: str, at_s: float, wall_s: float) -> None:
        """Into another state."""
        self.revisions.append(Revision(at_s, wall_s, state))

    def as_of(self, at_s: float) -> Revision:
        """The newest that a read of that instant sees."""
        return next((each for each in reversed(self.revisions) if each.at_s <= at_s), self.revisions[0])


@dataclass(slots=True)
class State:
    """What one project holds."""

    salt: bytes = b""
    """The seed's share in its answers."""
    files: Store[File] = field(default_factory=lambda: Store(FILES_LIMIT))
    uploads: Store[Upload] = field(
        default_factory=lambda: Store(UPLOADS_LIMIT, is_settled=lambda upload: upload.status != "active")
    )
    contents: Store[bytes] = field(default_factory=lambda: Store(CONTENTS_LIMIT))
    """What is in a file, by the file's id: of lists of requests, and of what the API made itself."""
    batches: Store[Batch] = field(default_factory=lambda: Store(BATCHES_LIMIT, is_settled=lambda batch: batch.is_done))
    caches: Store[Cache] = field(default_factory=lambda: Store(CACHES_LIMIT))


def stores(state: State) -> Mapping[str, Store[Any]]:
    """What is counted."""
    return {
        "file": state.files,
        "upload": state.uploads,
        "cachedContent": state.caches,
        "batch": state.batches,
        "content of a file": state.contents,
    }
