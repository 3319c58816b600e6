"""The answers of one turn, written together."""

import asyncio

from brownout_simulators.hosts.http1.turn import Turn
from tests.support.aio import virtually


class Note:
    """Writes down when it is asked to write."""

    def __init__(self, name: str, log: list[str], *, breaks: bool = False) -> None:
        self._name = name
        self._log = log
        self._breaks = breaks

    def write_out(self) -> None:
        self._log.append(f"{self._name} writes")

    def written(self) -> None:
        if self._breaks:
            raise KeyError(self._name)
        self._log.append(f"{self._name} goes on")


def test_all_are_written_before_the_first_goes_on_and_each_turn_has_its_own() -> None:
    async def main() -> None:
        log: list[str] = []
        turn = Turn(asyncio.get_running_loop(), lambda where, error: None)
        turn.add(Note("a", log))
        turn.add(Note("b", log))
        assert log == []
        await asyncio.sleep(0)
        turn.add(Note("c", log))
        assert log == ["a writes", "b writes", "a goes on", "b goes on"]
        await asyncio.sleep(0)
        assert log[4:] == ["c writes", "c goes on"]

    virtually(main())


def test_what_breaks_behind_one_answer_is_a_problem_and_stops_no_other() -> None:
    async def main() -> None:
        log: list[str] = []
        problems: list[tuple[str, Exception]] = []
        turn = Turn(asyncio.get_running_loop(), lambda where, error: problems.append((where, error)))
        turn.add(Note("a", log, breaks=True))
        turn.add(Note("b", log))
        await asyncio.sleep(0)
        assert log == ["a writes", "b writes", "b goes on"]
        ((_, error),) = problems
        assert isinstance(error, KeyError)

    virtually(main())
