"""What an ERP has under a business key of the caller's: its only way to tell a sending from its repetition."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

from brownout_core.adapters.erp import LONGEST_KEY
from brownout_core.asking import Asking
from brownout_core.errors import VendorRefused

DUPLICATE = "duplicate"
T = TypeVar("T")


def business_key(operation_id: str, part: str = "") -> str:
    """The operation's id as far as there is room for it, the same for ever; where it is about several things, with the
    name of the part behind it."""
    room = LONGEST_KEY - len(part)
    if len(operation_id) <= room:
        return operation_id + part
    return f"h-{hashlib.sha256(operation_id.encode()).hexdigest()[: room - 2]}{part}"


def only(asking: Asking, call: str, found: Sequence[T]) -> T | None:
    """The one that there is. Two under one key are somebody's mistake, which nobody can mend here."""
    if len(found) > 1:
        asking.may_have_sent = True  # whoever did it: nobody may be told that nothing is there
        raise VendorRefused("erp", call, f"{len(found)} have one key", status=409, code=DUPLICATE)
    return found[0] if found else None
