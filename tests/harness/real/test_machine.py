"""What else the machine had to do is said in every real run."""

from brownout_harness.real.machine import MACHINE, load_now, note_of, notes_of_load


def test_the_note_says_cores_and_load() -> None:
    assert note_of(1.04, 12.5).startswith(MACHINE)
    assert note_of(1.04, 12.5).endswith("cores, load 1.0 before the run and 12.5 after it")
    assert load_now() >= 0.0


def test_a_load_generator_that_had_too_much_to_do_is_said_to() -> None:
    calm, busy = ({"max_cpu_share": share, "max_in_flight": 7} for share in (0.5, 0.9))
    assert "at most 7 operations in flight, 50% of one core" in notes_of_load(1.0, calm)[1]
    assert (len(notes_of_load(1.0, calm)), len(notes_of_load(1.0, busy))) == (2, 3)


def test_of_several_workers_each_is_told_by_itself_and_then_what_else_is_known() -> None:
    calm, busy = ({"max_cpu_share": share, "max_in_flight": 7} for share in (0.5, 0.9))
    told = {**busy, "workers": {"load.1": calm, "load.2": busy}, "notes": ["load.2: clock +1.0 s"]}
    assert notes_of_load(1.0, told)[1:] == [
        "load.1: at most 7 operations in flight, 50% of one core",
        "load.2: at most 7 operations in flight, 90% of one core",
        "load.2: over 80 % of its core was in use; its latencies are partly its own",
        "load.2: clock +1.0 s",
    ]
