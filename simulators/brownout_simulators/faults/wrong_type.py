"""Wrong type: valid JSON whose values are not what the vendor documents."""

import json
from dataclasses import dataclass
from typing import Any, ClassVar

from brownout_simulators.call import Sending
from brownout_simulators.faults.fault import Fault, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongType(Fault):
    """Numbers become text, text a number, true and false text, lists an object, objects a list, null an object."""

    stage: ClassVar[Stage] = Stage.BODY

    fields: tuple[str, ...] = ()
    """Dotted names (`error.code`); empty: every field at the top level."""

    def shape(self, sending: Sending, chance: float) -> bool:
        del chance
        try:
            data = json.loads(sending.body)
        except ValueError:
            return False
        if sending.stream is not None or not isinstance(data, dict):
            return False
        changed = [_change(data, name.split(".")) for name in self.fields or list(data)]
        if not any(changed):
            return False
        sending.body = json.dumps(data).encode()
        return True


def _change(data: Any, path: list[str]) -> bool:
    for name in path[:-1]:
        data = data.get(name) if isinstance(data, dict) else None
    if not isinstance(data, dict) or path[-1] not in data:
        return False
    data[path[-1]] = _other(data[path[-1]])
    return True


def _other(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str):
        return len(value)
    if isinstance(value, list):
        return {"items": value}
    if isinstance(value, dict):
        return list(value.values())
    return {}
