"""Labels of what was done: each where it meets no other."""

from brownout_reports.marks import MOST_LANES, Place, lanes, packed, phase_names, stories
from brownout_reports.palette import looks_of
from brownout_reports.run_folder import Mark
from brownout_reports.spans import FaultSpan, PhaseSpan
from tests.reports.runs import a_verdict

LOOKS = looks_of(["stripe"])


def test_labels_that_would_meet_stand_in_lanes_of_their_own() -> None:
    places = list(packed([(10.0, "kill gateway"), (10.5, "start gateway"), (80.0, "redrive")], 100.0, 10.0))
    assert places == [Place(0, on_left=False), Place(1, on_left=False), Place(0, on_left=False)]


def test_a_label_at_the_end_stands_at_its_lines_left() -> None:
    assert list(packed([(99.0, "kill gateway")], 100.0, 10.0)) == [Place(0, on_left=True)]


def test_there_are_no_more_lanes_than_a_reader_takes_in() -> None:
    places = list(packed([(10.0, "kill gateway")] * 20, 100.0, 10.0))
    assert [place.lane for place in places if place] == list(range(MOST_LANES))
    assert places[MOST_LANES:] == [None] * (20 - MOST_LANES)


def test_where_nothing_was_done_there_is_no_panel_of_it() -> None:
    nothing = a_verdict().model_copy(update={"faults": (), "marks": ()})
    assert lanes(nothing, {}, 100.0, 10.0) is None
    timeless = nothing.model_copy(update={"marks": (Mark(kind="gap", text="evidence was lost"),)})
    assert lanes(timeless, {}, 100.0, 10.0) is None


def test_each_fault_has_a_row() -> None:
    three = [
        FaultSpan(id=f"f.{n}", vendor="stripe", text="503", start_s=1, end_s=2, matched=1, struck=1) for n in range(3)
    ]
    few, more = (
        lanes(a_verdict().model_copy(update={"faults": tuple(three[:n]), "marks": ()}), LOOKS, 100.0, 10.0)
        for n in (1, 3)
    )
    assert few is not None
    assert more is not None
    assert more.height_in == 3 * few.height_in


def test_what_struck_several_vendors_at_once_is_one_row() -> None:
    both = [
        FaultSpan(id=f"f.1.{vendor}", story="f.1", vendor=vendor, text="503", start_s=1, end_s=2, matched=1, struck=1)
        for vendor in ("stripe", "twilio")
    ]
    alone = FaultSpan(id="f.2", story="f.2", vendor="stripe", text="503", start_s=1, end_s=2, matched=1, struck=1)
    assert stories([*both, alone]) == [both, [alone]]
    old = [alone.model_copy(update={"story": "", "id": name}) for name in ("f.1", "f.2")]
    assert stories(old) == [[old[0]], [old[1]]]


def test_what_comes_after_the_last_phase_is_called_the_drain() -> None:
    verdict = a_verdict().model_copy(update={"phases": (PhaseSpan("steady", 0, 60),)})
    assert [name for _, name, _ in phase_names(verdict, 100.0, 10.0)] == ["steady ", "drain "]
    assert [name for _, name, _ in phase_names(verdict, 60.0, 10.0)] == ["steady "]
