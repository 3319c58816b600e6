"""What is drawn of many samples is few points, and the most that was held is among them."""

from brownout_harness.judging.memory import MOST_DRAWN, MemorySample, holdings


def test_each_process_has_its_line_in_the_order_of_time() -> None:
    samples = [
        MemorySample(1.0, "load", 2, 30, None),
        MemorySample(0.0, "gateway", 1, 10, 5),
        MemorySample(1.0, "gateway", 3, 20, 4),
    ]
    gateway, load = holdings(samples)
    assert (gateway.process, gateway.at_s, gateway.resident_bytes) == ("gateway", (0.0, 1.0), (10, 20))
    assert (gateway.descriptors, load.descriptors) == ((5, 4), (None,))


def test_of_a_long_run_a_peak_is_not_lost() -> None:
    samples = [MemorySample(float(n), "gateway", 1, 100, 10) for n in range(10 * MOST_DRAWN + 1)]
    samples[777] = samples[777]._replace(resident_bytes=999, descriptors=99)
    (drawn,) = holdings(samples)
    assert len(drawn.at_s) <= MOST_DRAWN
    assert (max(drawn.resident_bytes), max(each or 0 for each in drawn.descriptors)) == (999, 99)
    assert holdings([]) == ()
