"""The dead letters' routes: what an operator sees of them, and does with them."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from brownout_core.application import DeadLetterDesk
from brownout_core.front_door.answers import REQUEST_ID_HEADER, Answer, Answers, Refusal
from brownout_core.front_door.reading import Asked, RedriveLotOptions, RedriveOptions, options_in, page_in
from brownout_core.policies.dead_letter import Redriven
from brownout_core.rows import to_shown

Handler = Callable[[Asked], Awaitable[Answer]]
LetterHandler = Callable[[Asked, str], Awaitable[Answer]]

PREFIX = "/dead-letters"


class DeskRoutes:
    """The handlers."""

    def __init__(self, desk: DeadLetterDesk, answers: Answers) -> None:
        self._desk = desk
        self._answers = answers

    def all_letters(self) -> Mapping[str, Mapping[str, Handler]]:
        """By path and method."""
        return {PREFIX: {"GET": self._page}, f"{PREFIX}/redrive": {"POST": self._redrive_lot}}

    def one_letter(self) -> Mapping[str, Mapping[str, LetterHandler]]:
        """By what stands behind the letter's id, and by method."""
        return {"": {"GET": self._show, "DELETE": self._discard}, "/redrive": {"POST": self._redrive}}

    async def _page(self, asked: Asked) -> Answer:
        options = page_in(asked)
        letters = await self._desk.page(states=options.states, limit=options.limit, after=options.after)
        counts = await self._desk.count()
        return self._answers.json(
            asked.request_id,
            {
                "dead_letters": [to_shown(letter) for letter in letters],
                "counts": {state.value: count for state, count in counts.items()},
                "next_after": letters[-1].id if len(letters) == options.limit else None,
            },
        )

    async def _redrive_lot(self, asked: Asked) -> Answer:
        options = options_in(asked, RedriveLotOptions)
        lot = await self._desk.redrive_lot(limit=options.limit, after=options.after, insist=options.insist)
        return self._answers.json(
            asked.request_id,
            {
                "redriven": [_shown(each) for each in lot.redriven],
                "next_after": lot.next_after,
                "stopped": lot.stopped,
            },
        )

    async def _show(self, asked: Asked, letter_id: str) -> Answer:
        letter = await self._desk.show(letter_id)
        if letter is None:
            raise not_found()
        return self._answers.json(asked.request_id, to_shown(letter))

    async def _redrive(self, asked: Asked, letter_id: str) -> Answer:
        options = options_in(asked, RedriveOptions)
        if await self._desk.show(letter_id) is None:
            raise not_found()
        redriven = await self._desk.redrive(letter_id, insist=options.insist)
        return self._answers.json(asked.request_id, _shown(redriven))

    async def _discard(self, asked: Asked, letter_id: str) -> Answer:
        if await self._desk.discard(letter_id):
            return Answer(204, {REQUEST_ID_HEADER: asked.request_id}, b"")
        if await self._desk.show(letter_id) is None:
            raise not_found()
        raise Refusal(409, "conflict", "Conflict")


def not_found() -> Refusal:
    """There is nothing there."""
    return Refusal(404, "not_found", "Not Found")


def _shown(redriven: Redriven) -> dict[str, Any]:
    return {"id": redriven.id, "outcome": redriven.outcome.value, "detail": redriven.detail}
