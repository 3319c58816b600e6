"""A batch in parts (`multipart/mixed`, OData v4.0, part 1, section 11.7): HTTP requests, some in change sets."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from itertools import groupby
from typing import Final

from brownout_simulators.call import Reply

MOST: Final = 200
"""Parts of a body, beginning and end of change sets counted."""
EOL: Final = b"\r\n"


class BadParts(ValueError):
    """The body cannot be read."""


@dataclass(frozen=True, slots=True)
class Part:
    """One request."""

    method: str
    url: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    content_id: str = ""
    group: str = ""
    """The change set that it is in."""


def read_parts(content_type: str, body: bytes) -> list[Part]:
    """Raises `BadParts`."""
    found: list[Part] = []
    for number, (headers, content) in enumerate(_split(content_type, body)):
        inner = headers.get("content-type", "")
        if inner.lower().startswith("multipart/mixed"):
            found += [replace(_request(own, part), group=f"changeset-{number}") for own, part in _split(inner, content)]
        else:
            found.append(_request(headers, content))
    return found


def written_parts(answered: Sequence[tuple[str, str, Reply]], mark: str) -> tuple[bytes, str]:
    """(id, change set, reply) of each to the body of the answer and its type. One that failed speaks for its set."""
    boundary = f"batchresponse_{mark}"
    lines: list[bytes] = []
    for number, (group, members) in enumerate(groupby(answered, key=lambda each: each[1])):
        together = list(members)
        failed = [each for each in together if each[2].status >= 400]
        if not group or failed:
            for id, _, reply in failed if group else together:  # noqa: A001
                lines += [f"--{boundary}".encode(), *_written(id, reply)]
            continue
        inner = f"changesetresponse_{mark}{number}"
        lines += [f"--{boundary}".encode(), f"Content-Type: multipart/mixed; boundary={inner}".encode(), b""]
        for id, _, reply in together:  # noqa: A001
            lines += [f"--{inner}".encode(), *_written(id, reply)]
        lines.append(f"--{inner}--".encode())
    lines.append(f"--{boundary}--".encode())
    return EOL.join([*lines, b""]), f"multipart/mixed; boundary={boundary}"


def _written(id: str, reply: Reply) -> Iterator[bytes]:  # noqa: A002
    yield b"Content-Type: application/http"
    yield b"Content-Transfer-Encoding: binary"
    yield f"Content-ID: {id}".encode()
    yield b""
    yield f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}".encode()
    for name, value in reply.headers.items():
        yield f"{name}: {value}".encode()
    yield b""
    yield reply.body


def _split(content_type: str, body: bytes) -> Iterator[tuple[dict[str, str], bytes]]:
    """Each part's headers and content."""
    boundary = _boundary(content_type)
    pieces = (EOL + _with_crlf(body)).split(EOL + b"--" + boundary)
    if len(pieces) < 2 or len(pieces) > MOST:
        raise BadParts("a body has at least one part, and is not too long")
    for piece in pieces[1:]:
        if piece.startswith(b"--"):
            return
        head, _, content = piece.lstrip(b" \t").removeprefix(EOL).partition(EOL + EOL)
        yield _headers(head), content
    raise BadParts("the last part has no end")


def _boundary(content_type: str) -> bytes:
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.strip().partition("=")
        if name.lower() == "boundary" and value:
            return value.strip('"').encode(errors="replace")
    raise BadParts("multipart/mixed needs a boundary")


def _request(headers: Mapping[str, str], content: bytes) -> Part:
    head, _, body = content.partition(EOL + EOL)
    line, _, rest = head.lstrip().partition(EOL)
    words = line.decode(errors="replace").split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/"):
        raise BadParts("a part is a request: GET customers HTTP/1.1")
    return Part(words[0], words[1], _headers(rest), body.strip(), headers.get("content-id", "").strip("<>"))


def _headers(head: bytes) -> dict[str, str]:
    found = {}
    for line in head.split(EOL):
        name, colon, value = line.decode(errors="replace").partition(":")
        if colon:
            found[name.strip().lower()] = value.strip()
    return found


def _with_crlf(body: bytes) -> bytes:
    """Some clients end their lines with a line feed alone."""
    return body if EOL in body else body.replace(b"\n", EOL)
