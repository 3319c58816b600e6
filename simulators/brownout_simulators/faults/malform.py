"""Malform: an answer that cannot be read."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from brownout_simulators.call import Delivery
from brownout_simulators.faults.fault import Fault, Stage, is_plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Malform(Fault):
    """`body`: well framed, but no JSON any more. `chunk`: the chunked framing itself breaks after the body."""

    stage: ClassVar[Stage] = Stage.BODY

    how: Literal["body", "chunk"] = "body"

    def shape(self, delivery: Delivery, chance: float) -> bool:
        del chance
        if not is_plain(delivery) or delivery.stream is not None or not delivery.body:
            return False
        if self.how == "chunk":
            delivery.bad_chunk = True
        else:
            half = len(delivery.body) // 2
            delivery.body = delivery.body[:half] + b"\x00<<<"
        return True
