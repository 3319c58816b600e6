"""`python -m brownout_harness.testing.serving`: vendors on ports, as `python -m brownout_simulators` serves them.

Their control API reads faults as scenarios are written, too: `{"latency": "2s", "share": "50%"}`.
"""

import sys

from brownout_harness.words.fault import read_rule
from brownout_simulators.__main__ import main

if __name__ == "__main__":
    sys.exit(main(read_rule=read_rule))
