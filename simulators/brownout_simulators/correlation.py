"""Which operation of the caller a call belongs to, as far as the caller says so."""

from collections.abc import Iterable, Mapping
from typing import Final

from brownout_simulators.call import Call, Effect
from brownout_simulators.places import Place, texts_of

SAMPLES: Final = 40


class Correlation:
    """Where the operation id travels (`places.py`), first hit wins; and what the first calls with effects said, so that
    somebody who knows the ids can see where they do travel."""

    def __init__(self, paths: Iterable[str]) -> None:
        """Raises `ValueError` for a place of no known form."""
        self.paths = tuple(paths)
        self.samples: list[Mapping[str, str]] = []
        """By place, what each of the first calls with an effect said there."""
        try:
            self._places = [Place(path) for path in self.paths]
        except ValueError as wrong:
            raise ValueError(f"correlate: {wrong}") from None

    def of_call(self, call: Call) -> str:
        """The operation id that the call carries; empty without one."""
        return next((found for place in self._places if (found := place.of_call(call))), "")

    def of_effect(self, effect: Effect, of_call: str) -> str:
        """The operation of an effect: its call's, else the one that the vendor stored with the thing."""
        if of_call:
            return of_call
        return next((found for place in self._places if (found := place.of_stored(effect.references))), "")

    def look_at(self, call: Call) -> None:
        """Keep what a call with an effect said, of the first ones."""
        if len(self.samples) < SAMPLES:
            self.samples.append(texts_of(call))


def objection_to_place(text: str, segments: Iterable[str]) -> str:
    """Why no id of a vendor whose routes have these named segments can stand there; "" where one can."""
    try:
        place = Place(text)
    except ValueError as wrong:
        return str(wrong)
    known = sorted(set(segments))
    if place.source == "path" and place.name not in known:
        return f"no route has a segment {place.name!r}; there are {', '.join(known) or 'none'}"
    return ""
