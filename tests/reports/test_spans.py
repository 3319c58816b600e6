"""The stretches of a run: phases, and faults as they were in force."""

from brownout_reports.spans import FaultSpan, PhaseSpan


def fault(**told: object) -> FaultSpan:
    given = {
        "id": "outage.0",
        "vendor": "stripe",
        "text": "hang",
        "start_s": 2.0,
        "end_s": 6.0,
        "matched": 5,
        "struck": 3,
    }
    return FaultSpan.model_validate({**given, **told})


def test_a_phase_begins_with_its_first_instant_and_ends_before_its_last() -> None:
    phase = PhaseSpan("steady", 2.0, 5.0)
    assert [phase.covers(at_s) for at_s in (1.9, 2.0, 4.9, 5.0)] == [False, True, True, False]
    assert phase.duration_s == 3.0


def test_rows_of_one_incident_count_as_one_experiment() -> None:
    one = fault(story="again", expect_struck=2)
    other = fault(id="outage.1", story="again", text="503", start_s=6.0, end_s=9.0, matched=4, struck=4)
    assert one.experiment == other.experiment != fault().experiment
    joined = one.joined(other)
    assert (joined.id, joined.text, joined.start_s, joined.end_s) == ("again", "hang, and more", 2.0, 9.0)
    assert (joined.matched, joined.struck, joined.expect_struck) == (9, 7, 2)


def test_what_is_on_and_off_in_turn_is_in_force_only_then() -> None:
    assert fault().in_force == ((2.0, 6.0),)
    assert fault(on=((2.0, 3.0), (5.0, 6.0))).in_force == ((2.0, 3.0), (5.0, 6.0))


def test_a_link_counts_connections_and_is_whose_it_leads_to() -> None:
    on_link = fault(vendor="", link="gateway→redis")
    assert (on_link.whose, on_link.unit) == ("redis", "connection")
    assert (fault().whose, fault().unit) == ("stripe", "request")
