"""What processes held is drawn where somebody looked, and nothing is where nobody did."""

from brownout_reports.holding import MOST, panels
from brownout_reports.run_folder import Holding


def holding(process: str, most: int, descriptors: int | None = 7) -> Holding:
    return Holding(process=process, at_s=(0.0, 1.0), resident_bytes=(1, most), descriptors=(None, descriptors))


def test_nobody_looked() -> None:
    assert list(panels(())) == []


def test_a_panel_of_memory_and_one_of_descriptors_each_with_a_line_for_a_process() -> None:
    memory, descriptors = panels((holding("gateway", 10), holding("load.1", 20)))
    assert (memory.title, [key.label for key in memory.keys]) == ("memory, MB", ["load.1", "gateway"])
    assert (descriptors.title, sorted(descriptors.keys)) == ("open descriptors", sorted(memory.keys))
    assert len({(key.colour, key.dash) for key in memory.keys}) == 2


def test_where_nobody_could_look_at_descriptors_there_is_memory_alone() -> None:
    assert [each.title for each in panels((holding("gateway", 10, None),))] == ["memory, MB"]


def test_of_many_those_are_drawn_that_held_the_most_and_it_is_said() -> None:
    memory, _ = panels([holding(f"simulator-{number}", number + 2) for number in range(MOST + 3)])
    assert memory.title == f"memory, MB (the {MOST} processes with most)"
    assert [key.label for key in memory.keys] == [f"simulator-{MOST + 2 - place}" for place in range(MOST)]
