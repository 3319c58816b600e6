"""What tokens cost, in millionths of a dollar: whole numbers, so that a bill adds up."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Price:
    """Of a million tokens, in dollars. So it is a millionth of a dollar for each."""

    prompt: float
    completion: float
    cached: float | None = None
    """Of prompt tokens that were in the vendor's cache; the same as of others, where it is not said."""

    def of(self, prompt: int, completion: int, cached: int = 0) -> int:
        """In millionths of a dollar, rounded up: no call is free."""
        of_cached = self.prompt if self.cached is None else self.cached
        exact = (prompt - cached) * self.prompt + cached * of_cached + completion * self.completion
        return -int(-round(exact, 6) // 1)
