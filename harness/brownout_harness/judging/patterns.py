"""Whether what a vendor holds is what was asked for: values compared as texts, a star for what nobody knows beforehand.

A form carries `1200` as a text and JSON as a number, so both are the same here. Of an object only what was asked for is
compared, of a list every item, in its order. What was asked for as null was not asked for.
"""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

CODES = frozenset({"currency", "country"})
"""Fields that hold a code, which is the same in capitals."""

_PARTS = re.compile(r"\\(.)|(\*)|([^\\*]+|\\)", re.DOTALL)


def escaped(value: Any) -> Any:
    """Any JSON, its texts written so that each star in them stands for itself."""
    if isinstance(value, str):
        return value.replace("\\", "\\\\").replace("*", "\\*")
    if isinstance(value, Mapping):
        return {name: escaped(item) for name, item in value.items()}
    return [escaped(item) for item in value] if isinstance(value, list | tuple) else value


def shown(wanted: Any) -> Any:
    """The same as people write it, stars as they are."""
    if isinstance(wanted, str):
        return re.sub(r"\\(.)", r"\1", wanted, flags=re.DOTALL)
    if isinstance(wanted, Mapping):
        return {name: shown(item) for name, item in wanted.items()}
    return [shown(item) for item in wanted] if isinstance(wanted, list) else wanted


def fits(wanted: Any, held: Any, name: str) -> bool:
    """Whether `held` is what was wanted of the field of that name."""
    if wanted is None:
        return True
    if isinstance(wanted, Mapping):
        return isinstance(held, Mapping) and all(fits(item, held.get(key), key) for key, item in wanted.items())
    if isinstance(wanted, list):
        pairs = zip(wanted, held, strict=True) if isinstance(held, list) and len(held) == len(wanted) else None
        return pairs is not None and all(fits(*pair, name) for pair in pairs)
    if held is None or isinstance(held, Mapping | list):
        return False
    text = _text(wanted, name)
    if "*" not in text and "\\" not in text:  # most are each operation's own: compiled, they would be so once each
        return text == _text(held, name)
    return _pattern(text).fullmatch(_text(held, name)) is not None


def same(one: Any, other: Any, name: str) -> bool:
    """Whether two values of a field are the same, neither of them a pattern."""
    return one is not None and other is not None and _text(one, name) == _text(other, name)


def _text(value: Any, name: str) -> str:
    text = text_of(value)
    return text.lower() if name in CODES else text


def text_of(value: Any) -> str:
    """A text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


@lru_cache(maxsize=1024)
def _pattern(wanted: str) -> re.Pattern[str]:
    parts = _PARTS.findall(wanted)
    return re.compile("".join(".*" if star else re.escape(alone or rest) for alone, star, rest in parts), re.DOTALL)
