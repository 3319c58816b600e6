"""A retry that reads what an error says: a reset, a broken pipe and a failed handshake say none of the words."""

from brownout_core.errors import ServiceError
from brownout_harness.audit.around import misread
from brownout_harness.audit.mutant import Mutant, Part

WORDS = ("timeout", "no answer within", "no connection", "rate limit", "status 5")


def _literally(error: ServiceError) -> ServiceError:
    error.retryable = error.retryable and any(word in error.text for word in WORDS)
    return error


MUTANT = Mutant(
    name="reads-errors-as-text",
    part=Part.CLASSIFICATION,
    about="what to retry is told by three words in an error's text: a connection that was reset is given up at once",
    scenario="odd-failures",
    expectation="success_rate",
    replacements=lambda: misread("stripe", _literally),
)
