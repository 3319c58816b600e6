"""How quantities are written: durations `250ms`, rates `50/s`, shares `20%`, sizes `2KB`, speeds `20KB/s`.

Inside, everything is seconds, per second, fractions of one, and bytes: 1000 to a KB. Each `parse_*` takes what YAML
gives (a string or a number) and raises `ValueError` with a message that says how to write it; each formatter writes
what its parser reads.
"""

import math
import re

_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}
_EXPONENTS = {"us": "e-6", "ms": "e-3"}  # read as one decimal number, so that 99.9% is 0.999 and not a bit more
_PER_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}
_NUMBER = r"(\d{1,12}(?:\.\d{1,12})?)"

DURATION_PATTERN = rf"^(-?){_NUMBER} ?(us|ms|s|m|h)$"
RATE_PATTERN = rf"^{_NUMBER} ?/ ?(s|m|h)$"
SHARE_PATTERN = rf"^{_NUMBER} ?%$"
_BYTES = {"B": 1.0, "KB": 1e3, "MB": 1e6}
SIZE_PATTERN = rf"^{_NUMBER} ?(B|KB|MB)$"
SPEED_PATTERN = rf"^{_NUMBER} ?(B|KB|MB)/s$"
_UNITS = ("bytes_per_s", "per_s", "bytes", "s")
"""The longest first: one ends with another."""


def unit_off(field_name: str) -> tuple[str, str]:
    """A field's name without its unit, and the unit: `average_bytes` is `average`, `bytes`; "" where it has none."""
    unit = next((unit for unit in _UNITS if field_name.endswith(f"_{unit}")), "")
    return (field_name.removesuffix(f"_{unit}") if unit else field_name), unit


def parse_duration(value: object) -> float:
    """Seconds, negative ones too (a clock that is behind). Zero needs no unit; any other number does."""
    if isinstance(value, str) and (match := re.match(DURATION_PATTERN, value)):
        sign, number, unit = match.groups()
        return float(sign + number + _EXPONENTS.get(unit, "")) * _SECONDS.get(unit, 1.0)
    if _is_number(value) and value == 0:
        return 0.0
    if _is_number(value) or (isinstance(value, str) and re.fullmatch(_NUMBER, value)):
        raise ValueError(f"{value} has no unit: write {value}s or {value}ms")
    raise ValueError(f"{shown(value)} is not a duration: write 250ms, 30s, 1.5m or 1h")


def parse_rate(value: object) -> float:
    """Per second. Zero needs no unit; any other number does."""
    if isinstance(value, str) and (match := re.match(RATE_PATTERN, value)):
        return float(match[1]) / _PER_SECONDS[match[2]]
    if _is_number(value) and value == 0:
        return 0.0
    if _is_number(value) or (isinstance(value, str) and re.fullmatch(_NUMBER, value)):
        raise ValueError(f"{value} has no unit: write {value}/s or {value}/m")
    raise ValueError(f"{shown(value)} is not a rate: write 50/s or 600/m")


def parse_size(value: object) -> float:
    """Bytes. Zero needs no unit; any other number does."""
    return _bytes(value, SIZE_PATTERN, "a size: write 500B, 2KB or 1MB")


def parse_speed(value: object) -> float:
    """Bytes per second."""
    return _bytes(value, SPEED_PATTERN, "a speed: write 500B/s, 20KB/s or 1MB/s")


def _bytes(value: object, pattern: str, kind: str) -> float:
    if isinstance(value, str) and (match := re.match(pattern, value)):
        return float(match[1]) * _BYTES[match[2]]
    if _is_number(value) and value == 0:
        return 0.0
    raise ValueError(f"{shown(value)} is not {kind}")


def parse_number(value: object) -> float:
    """A plain number, or a percentage: `0.2` and `20%` are the same."""
    if isinstance(value, str) and (match := re.match(SHARE_PATTERN, value)):
        return float(match[1] + "e-2")
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not math.isfinite(value):
            raise ValueError(f"{value} is not a finite number")
        return float(value)
    raise ValueError(f"{shown(value)} is not a number: write 0.2 or 20%")


def duration(seconds: float) -> str:
    """`0.25` as `250ms`, `90` as `90s`: a whole number where there is one."""
    if seconds and abs(seconds) < 1.0:
        return f"{seconds * 1000.0:.6g}ms"
    return f"{seconds:.9g}s"


def rate(per_s: float) -> str:
    """`40` as `40/s`; what is not a short number a second is written a minute."""
    if round(per_s, 3) == per_s:
        return f"{per_s:.9g}/s"
    return f"{per_s * 60.0:.9g}/m"


def size(count: float) -> str:
    """`2000` as `2KB`: the largest unit that leaves a whole number."""
    unit = next((unit for unit in ("MB", "KB") if count and count % _BYTES[unit] == 0), "B")
    return f"{count / _BYTES[unit]:.9g}{unit}"


def speed(per_s: float) -> str:
    """`20000` as `20KB/s`."""
    return f"{size(per_s)}/s"


def share(fraction: float) -> str:
    """`0.2` as `20%`."""
    return f"{fraction * 100.0:.9g}%"


def shown(value: object) -> str:
    """A value as an error message shows it: in the words of YAML, short, on one line."""
    text = _flow(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _flow(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()).replace("\n", "\\n") + "}"
    return repr(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
