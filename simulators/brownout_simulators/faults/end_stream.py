"""End stream: a streaming answer is over early, and the connection is in order."""

from dataclasses import dataclass
from typing import Any, ClassVar

from brownout_simulators.call import Sending
from brownout_simulators.faults.fault import Fault, Stage, require
from brownout_simulators.faults.respond import CONTENT_LIMIT, objection_to_error
from brownout_simulators.vendor import Vendor


@dataclass(frozen=True, slots=True, kw_only=True)
class EndStream(Fault):
    """Send the first `keep` of the chunks, then what else is asked for, and end the answer as one that is whole.

    Only who knows how such an answer ends can tell that this one did not. An answer that is no stream is left alone.
    """

    stage: ClassVar[Stage] = Stage.BODY

    keep: float = 0.5
    """Share, in [0, 1); at least the last chunk is missing."""
    mid_chunk: bool = False
    """Half of the next chunk goes out, too."""
    error: str | int | None = None
    """One of the vendor's own errors, by its name, as the vendor says it where a stream is under way."""
    content: str | None = None
    """The last words, as they are."""

    def __post_init__(self) -> None:
        require(0 <= self.keep < 1, f"end_stream.keep: in [0, 1), got {self.keep}")
        last = [name for name in ("mid_chunk", "error", "content") if getattr(self, name) not in {None, False}]
        require(len(last) < 2, f"end_stream: one of {' and '.join(last)} is the last to go out")
        size = len((self.content or "").encode("utf-8", "replace"))
        require(size <= CONTENT_LIMIT, f"end_stream.content: at most {CONTENT_LIMIT} bytes, got {size}")

    def objection(self, vendor: Vendor[Any]) -> str:
        """A vendor has only its own errors, and some say none in a stream."""
        if self.error is None:
            return ""
        if vendor.stream_error is None:
            return f"end_stream.error: {vendor.name} says no errors in a stream"
        return objection_to_error("end_stream", vendor, self.error)

    def shape(self, sending: Sending, chance: float) -> bool:
        del chance
        if not sending.stream:
            return False
        kept = min(len(sending.stream) - 1, int(len(sending.stream) * self.keep))
        pause_s, following = sending.stream[kept]
        sent = list(sending.stream[:kept])
        if self.mid_chunk:
            sent.append((pause_s, following[: len(following) // 2]))
        if self.content is not None:
            sent.append((pause_s, self.content.encode("utf-8", "replace")))
        if self.error is not None:
            if sending.words is None:
                return False
            words = sending.words(str(self.error), [chunk for _, chunk in sent])
            sent += [(0.0 if place else pause_s, chunk) for place, chunk in enumerate(words)]
        sending.stream = sent
        return True
