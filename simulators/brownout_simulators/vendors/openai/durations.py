"""Spans of time as Go writes them: in rate-limit headers, and where a message says when to come back."""


def go_duration(seconds: float) -> str:
    """To the millisecond: `8ms`, `8.64s`, `1m26.4s`, `6m0s`."""
    whole_ms = max(0, round(seconds * 1_000))
    if whole_ms < 1_000:
        return f"{whole_ms}ms" if whole_ms else "0s"
    minutes, left_ms = divmod(whole_ms, 60_000)
    hours, minutes = divmod(minutes, 60)
    rest = f"{left_ms / 1_000:.3f}".rstrip("0").rstrip(".") + "s"
    return f"{hours}h{minutes}m{rest}" if hours else f"{minutes}m{rest}" if minutes else rest
