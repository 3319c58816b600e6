"""Which operation of the caller a call belongs to, as far as the caller says so."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from brownout_simulators.call import Call, Effect
from brownout_simulators.outsiders import outsider_of
from brownout_simulators.places import Place, texts_of
from brownout_simulators.router import segments_of
from brownout_simulators.spelling import nearest, shown
from brownout_simulators.vendor import Vendor

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
        headers, fields = self._first_names(is_header=True), self._first_names(is_header=False)
        self._names = (headers, fields) if all(place.first_name for place in self._places) else None
        """Where neither of these is in headers and body nothing stands anywhere; None where that does not tell."""
        self._stored = [place for place in self._places if place.stored_as]

    def of_call(self, call: Call) -> str:
        """The operation id that the call carries, wherever an outsider's; empty without one."""
        if outsider := outsider_of(call.headers):
            return outsider
        # Most calls say nothing at most places, which is seen by the names alone.
        if self._names is not None and self._names[0].isdisjoint(call.headers) and self._names[1].isdisjoint(call.data):
            return ""
        for place in self._places:
            beginning = place.first_name
            if beginning and beginning not in (call.headers if place.is_header else call.data):
                continue
            if found := place.of_call(call):
                return found
        return ""

    def _first_names(self, *, is_header: bool) -> frozenset[str]:
        return frozenset(place.first_name for place in self._places if place.is_header is is_header)

    def of_stored(self, effect: Effect) -> str:
        """The operation of an effect whose call named none: the one that the vendor stored with the thing."""
        references = effect.references
        if references:
            for place in self._stored:
                if found := place.of_stored(references):
                    return found
        return ""

    def look_at(self, call: Call) -> None:
        """Keep what a call with an effect said, of the first ones."""
        if len(self.samples) < SAMPLES and not outsider_of(call.headers):
            self.samples.append(texts_of(call))


def objection_to_place(text: str, vendor: Vendor[Any]) -> str:
    """Why no id can stand there in a call of this vendor; "" where one can."""
    try:
        place = Place(text)
    except ValueError as wrong:
        return str(wrong)
    known = sorted({name for route in vendor.routes for part in segments_of(route.path) for name in part.parameters})
    if place.source == "path" and place.name not in known:
        return f"no route has a segment {place.name!r}; there are {', '.join(known) or 'none'}"
    return ""


def correlating(vendors: Sequence[Vendor[Any]], told: Iterable[str]) -> list[Vendor[Any]]:
    """The vendors; those of which somebody tells where operation ids travel (`VENDOR=body.metadata.order_id`) look at
    these places, in that order, and at none of their own.

    Raises `ValueError` with what was told and what may be.
    """
    places: dict[str, list[str]] = {}
    served = {vendor.name: vendor for vendor in vendors}
    for text in told:
        name, is_one, place = text.partition("=")
        if not is_one:
            raise ValueError(f"{shown(text)}: write VENDOR=PLACE, such as {next(iter(served))}=body.metadata.order_id")
        if name not in served:
            near = nearest(name, served)
            meant = f"did you mean {near}?" if near else f"there are {', '.join(served)}"
            raise ValueError(f"{shown(text)}: no vendor called {shown(name)} is served; {meant}")
        if why := objection_to_place(place, served[name]):
            raise ValueError(f"{shown(text)}: {why}")
        places.setdefault(name, []).append(place)
    return [replace(each, correlate=tuple(places.get(each.name, each.correlate))) for each in vendors]
