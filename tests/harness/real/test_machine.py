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
