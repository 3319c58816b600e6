"""Measured figures in a page that people write: they stand between two marks, and a tool writes them anew."""


def replaced(text: str, begin: str, end: str, figures: str) -> str:
    """The page with these figures, and else as it was. Raises `ValueError` where it has no place for them."""
    before, has_begin, rest = text.partition(begin)
    _, has_end, after = rest.partition(end)
    if not (has_begin and has_end):
        raise ValueError("the page has no place for the figures")
    return f"{before}{begin}\n\n{figures.rstrip()}\n\n{end}{after}"
