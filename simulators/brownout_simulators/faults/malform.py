"""Malform: an answer that cannot be read."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from brownout_simulators.call import Sending
from brownout_simulators.faults.fault import Fault, Stage, is_plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Malform(Fault):
    """`body`: well framed, but no JSON any more. `chunk`: the chunked framing itself breaks after the body."""

    stage: ClassVar[Stage] = Stage.BODY

    how: Literal["body", "chunk"] = "body"

    def shape(self, sending: Sending, chance: float) -> bool:
        del chance
        if not is_plain(sending) or sending.stream is not None or not sending.body:
            return False
        if self.how == "chunk":
            sending.bad_chunk = True
        else:
            half = len(sending.body) // 2
            sending.body = sending.body[:half] + b"\x00<<<"
        return True
