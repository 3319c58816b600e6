"""Lists in pages: a size, and a token that says where the next page begins."""

import base64
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, TypeVar

from brownout_simulators.call import Call
from brownout_simulators.store import Store
from brownout_simulators.vendors.gemini.errors import invalid

T = TypeVar("T")

LONGEST_SIZE: Final = 9


def page_of(call: Call, *, default: int, most: int) -> tuple[str, int]:
    """What the last page ended with ("" for the first), and how many are wanted; more than `most` are `most`."""
    written = str(call.data.get("pageSize", call.data.get("page_size", "")))
    size = default
    if written:
        if not written.lstrip("-").isdecimal() or not written.isascii() or len(written) > LONGEST_SIZE:
            raise invalid(call, f"Invalid value at 'page_size' (TYPE_INT32), \"{written[:40]}\"")
        size = int(written) or default
    if size < 0:
        raise invalid(call, "page_size must be non-negative.")
    token = str(call.data.get("pageToken", call.data.get("page_token", "")))
    if not token:
        return "", min(size, most)
    try:
        last = base64.urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4)).decode("ascii")
    except ValueError:
        last = ""
    if not last or token_of(last) != token:
        raise invalid(call, "Page token is invalid.")
    return last, min(size, most)


def token_of(last: str) -> str:
    """The token of the page after the one that ends with `last`."""
    return base64.urlsafe_b64encode(last.encode()).decode().rstrip("=")


def listed(
    call: Call, store: Store[T], is_shown: Callable[[T], bool], id_of: Callable[[T], str], *, default: int, most: int
) -> tuple[list[T], str]:
    """A page of a store, the newest first, and the token of the next one; "" where this is the last."""
    last, size = page_of(call, default=default, most=most)
    if last and last not in store:
        raise invalid(call, "Page token is invalid.")
    shown: list[T] = []
    for item in _seen(store.newest_first(below=last or None), is_shown):
        if len(shown) == size:
            return shown, token_of(id_of(shown[-1]))
        shown.append(item)
    return shown, ""


def _seen(items: Iterable[T], is_shown: Callable[[T], bool]) -> Iterator[T]:
    return (item for item in items if is_shown(item))


def page_body(name: str, rendered: list[Any], token: str) -> dict[str, Any]:
    """The body of a page; an empty list is left out, as all that is empty."""
    return {**({name: rendered} if rendered else {}), **({"nextPageToken": token} if token else {})}
