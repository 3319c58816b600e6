"""What language models answer, without a model: rules that a setup declares, and seeded words where there are none.

- `asked.py`        what an answer goes by, whichever vendor is asked, and what it comes to
- `answering.py`    from the one to the other: the rule that applies, tools, JSON, what is cut off
- `rules.py`        when a rule applies, and its steps; `reading.py` reads them from a setup
- `prose.py`        words without meaning; `from_schema.py` JSON by its schema, `from_pattern.py` text by its pattern
- `tokens.py`       how many tokens a text has, and where they begin
- `embedded.py`     what the books tell of vectors
- `pace.py`         how long generation takes
- `prices.py`       what tokens cost
"""

from brownout_simulators.answers.answering import Answering, digest_of
from brownout_simulators.answers.asked import CALL, LENGTH, STOP, Answer, Asked, Tool, ToolCall
from brownout_simulators.answers.embedded import EMBEDDED, embedded
from brownout_simulators.answers.pace import Pace, total_s
from brownout_simulators.answers.prices import Price
from brownout_simulators.answers.reading import KEYS, read_answering
from brownout_simulators.answers.tokens import Counter, counter

__all__ = [
    "CALL",
    "EMBEDDED",
    "KEYS",
    "LENGTH",
    "STOP",
    "Answer",
    "Answering",
    "Asked",
    "Counter",
    "Pace",
    "Price",
    "Tool",
    "ToolCall",
    "counter",
    "digest_of",
    "embedded",
    "read_answering",
    "total_s",
]
