"""Changes that make no difference: somebody looked at each, and says why."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import yaml

from brownout_harness.problems import BadInput

FILE: Final = Path(__file__).with_name("reviewed.yaml")


def reviewed(file: Path = FILE) -> Mapping[str, str]:
    """The reason, by the change's name.

    Raises:
        BadInput: the file is not a mapping of names to reasons, or one has no reason.
    """
    told = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    if not isinstance(told, dict):
        raise BadInput(f"{file.name}: write `change: reason`, a line for each")
    for name, reason in told.items():
        if not isinstance(reason, str) or not reason.strip():
            raise BadInput(f"{file.name}: {name!r} has no reason: say why it makes no difference")
    return told
