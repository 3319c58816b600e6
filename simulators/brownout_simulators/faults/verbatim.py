"""Headers that a fault writes word for word, lies and broken values included, but nothing that breaks the framing."""

import re
from collections.abc import Mapping
from typing import Final

from brownout_simulators.faults.fault import require
from brownout_simulators.spelling import shown

HEADERS_LIMIT: Final = 50
VALUE_LIMIT: Final = 4_000
_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}", re.ASCII)
_VALUE: Final = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_OF_THE_HOST: Final = frozenset(
    {"connection", "content-length", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}
)
"""They frame the message: faults on the wire tamper with that."""


def require_headers(where: str, headers: Mapping[str, str]) -> None:
    """Raise `FaultError` unless these can be written as they are. `where` names the field."""
    require(len(headers) <= HEADERS_LIMIT, f"{where}: at most {HEADERS_LIMIT}, got {len(headers)}")
    require(len({name.lower() for name in headers}) == len(headers), f"{where}: a name is given twice")
    for name, value in headers.items():
        require(_NAME.fullmatch(name) is not None, f"{where}: no name of a header: {shown(name)}")
        is_own = name.lower() in _OF_THE_HOST or name.lower().startswith("brownout-")
        require(not is_own, f"{where}: {name} is written by the simulator itself")
        fits = len(value) <= VALUE_LIMIT and _VALUE.fullmatch(value) is not None
        require(fits, f"{where}: {name}: at most {VALUE_LIMIT} characters of Latin-1 on one line, got {shown(value)}")


def put_on(headers: dict[str, str], verbatim: Mapping[str, str]) -> None:
    """Write `verbatim` into an answer's headers, in place of those of the same name, however they are written."""
    names = {name.lower() for name in verbatim}
    for name in [name for name in headers if name.lower() in names]:
        del headers[name]
    headers.update(verbatim)
