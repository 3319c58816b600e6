"""Which vendor is checked with which official client, and by which checks: one line for each."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent


@dataclass(frozen=True)
class Suite:
    """One vendor and one client."""

    vendor: str
    client: str
    """`node`, or what a Python check is declared for: `python`, `python async`."""
    numbers: str
    """The checks that there have to be: `1-9, 11`."""
    older: str = ""
    """Which older release of its SDK, of those in `requirements-older.txt`; empty: the one in `requirements.txt`."""

    @property
    def expected(self) -> list[str]:
        """The numbers, one by one, in their order."""
        found: list[str] = []
        for part in self.numbers.replace(" ", "").split(","):
            first, _, last = part.partition("-")
            found += [str(number) for number in range(int(first), int(last or first) + 1)]
        return found

    @property
    def name(self) -> str:
        """`stripe node`."""
        return f"{self.vendor} {self.shown}"

    @property
    def shown(self) -> str:
        """The client: `python 1.75.0`."""
        return f"{self.client} {self.older}".rstrip()


SUITES: Final = (
    Suite("stripe", "node", "1-6"),
    Suite("twilio", "node", "1-19"),
    Suite("openai", "python", "1-24"),
    Suite("openai", "python async", "1-24"),
    Suite("openai", "node", "1-19, 21-24"),
    Suite("gemini", "python", "1-31"),
    Suite("gemini", "python async", "1-31"),
    Suite("gemini", "node", "1-31"),
    # Another path, another HTTP client: what is the same in both, the newer one has shown.
    Suite("gemini", "python", "1, 3, 5, 10, 13, 15, 19-30", older="1.75.0"),
    Suite("clerk", "python", "1-2, 5-6, 8-21"),
    Suite("clerk", "python async", "1-2, 5-6, 8, 10-14, 17-21"),
    Suite("clerk", "node", "3-4, 7-22"),
    Suite("supabase", "python", "1-16, 19, 21-27"),
    Suite("supabase", "python async", "1-27"),
    Suite("supabase", "node", "1-27"),
    Suite("vault", "python", "1-18, 20-22"),
    Suite("vault", "node", "1-2, 5-6, 8-9, 11, 14, 17, 19-20"),
    Suite("erp", "python", "1-10"),
    Suite("erp", "node", "1-12"),
    Suite("docusign", "python", "1-15"),
    Suite("docusign", "node", "1-3, 5-6, 9-10, 14-15"),
    Suite("resend", "python", "1-17"),
    Suite("resend", "node", "1-14, 16-18"),
    Suite("cloudflare", "python", "1-24"),
    Suite("cloudflare", "python async", "25-27"),
    Suite("cloudflare", "node", "1, 4, 6-7, 10-14, 18-20, 23-24"),
    Suite("sales", "python", "1-23"),
    Suite("sales", "python async", "1-23"),
    Suite("sales", "node", "1-23"),
)

IN_PROCESS: Final = {
    "stripe": "tests/simulators/vendors/stripe/test_conformance.py",
    "twilio": "tests/simulators/vendors/twilio/test_conformance.py",
}
"""Clients whose pins are the project's too: their checks are tests beside the vendor's others, `test_conformance*`."""
