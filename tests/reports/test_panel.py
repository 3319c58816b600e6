"""Heads of panels: they take as many rows as they need, and texts what room there is."""

from brownout_reports.panel import Key, Panel, fitted, from_zero, text_in


def test_a_key_that_does_not_fit_takes_another_row() -> None:
    panel = Panel("title", 1.0, lambda _axes: None, tuple(Key(f"key {n}") for n in range(8)))
    assert panel.head_rows(20.0) == 1
    assert panel.head_rows(3.0) > 1
    assert Panel("title", 1.0, lambda _axes: None).head_rows(3.0) == 1


def test_what_is_too_long_is_shortened_and_shows_that_it_is() -> None:
    assert fitted("kill gateway", 5.0) == "kill gateway"
    short = fitted("kill gateway", 0.5)
    assert short.endswith("…")
    assert text_in(short) <= 0.5


def test_what_no_page_can_show_is_replaced() -> None:
    assert fitted("kill\x1b[31m\ud800 gateway", 5.0) == "kill�[31m� gateway"


def test_an_axis_of_nothing_has_a_height() -> None:
    from matplotlib.figure import Figure

    axes = Figure().subplots()
    from_zero(axes, [0.0, 0.0])
    assert axes.get_ylim() == (0.0, 1.0)
    from_zero(axes, [])
    assert axes.get_ylim() == (0.0, 1.0)
