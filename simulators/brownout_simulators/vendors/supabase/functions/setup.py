"""What a project's owner deploys: edge functions, each with an answer that is declared."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import orjson

from brownout_simulators.vendors.supabase.reading import Fields

Does = Literal["answer", "echo", "relay_error", "resource_limit", "boot_error"]
DOES: Final = ("answer", "echo", "relay_error", "resource_limit", "boot_error")


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One function."""

    name: str
    does: Does = "echo"
    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    verify_jwt: bool = True
    """Whether it asks for a good token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionsSetup:
    """A project's. Where none is said, there is `echo`."""

    functions: Mapping[str, Function]


def read(given: Any, place: str) -> FunctionsSetup:
    """JSON to the setup: an object of functions by name. Raises `ValueError`, whose text begins with the place."""
    if not isinstance(given, Mapping):
        raise ValueError(f"{place}: an object is needed")  # noqa: TRY004  what a setup raises
    if not given:
        return FunctionsSetup(functions={"echo": Function(name="echo")})
    return FunctionsSetup(functions={name: _function(name, each, f"{place}.{name}") for name, each in given.items()})


def _function(name: str, given: Any, place: str) -> Function:
    fields = Fields(given, place)
    does = fields.choice("does", "answer", DOES)
    body = fields.raw("body")
    text = isinstance(body, str)
    found = Function(
        name=name,
        does=does,  # type: ignore[arg-type]  # one of `DOES`
        status=fields.whole("status", 200, 200, 599),
        body=b"" if body is None else body.encode() if isinstance(body, str) else orjson.dumps(body),
        content_type=fields.text("content_type", "text/plain;charset=UTF-8" if text else "application/json"),
        headers=fields.texts_by_name("headers"),
        verify_jwt=fields.flag("verify_jwt", True),
    )
    fields.done()
    return found
