"""Workers of this machine that take part in a load of another one's: started, watched, and gone when it is over."""

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from brownout_harness.load import keys
from brownout_harness.problems import BadInput, NotJudged
from brownout_harness.real import load_process
from brownout_harness.real.processes import Processes, pause
from brownout_harness.safety.reach import private_address

LOOK_EVERY_S: Final = 0.1


def join(address: str, workers: int, environment: Mapping[str, str], tell: Callable[[str], None]) -> None:
    """Have so many workers join the master at that address, and wait until their part is done.

    Raises:
        BadInput: the address is none that may be joined, or the environment holds no token.
        NotJudged: a worker could not do its part.
    """
    private_address(address, "--join")
    if not keys.is_token(environment.get(keys.VARIABLE, "")):
        raise BadInput(f"--join needs the master's token in {keys.VARIABLE}: type the line that the master has printed")
    with tempfile.TemporaryDirectory(prefix="brownout-") as logs, Processes(Path(logs)) as processes:
        children = [
            processes.start(f"{load_process.NAME}.{number}", load_process.worker_command(address), environment)
            for number in range(1, workers + 1)
        ]
        for each in children:
            each.asked_to_end = True
        tell(f"{workers} to join {address}; Ctrl-C ends it, and makes that run inconclusive")
        while any(each.alive for each in children) and not any(each.exit_code for each in children):
            pause(LOOK_EVERY_S)
        if failed := next((each for each in children if each.exit_code), None):
            said = failed.last_words() or f"a worker ended with exit code {failed.exit_code}"
            raise NotJudged(said.removeprefix("load: "))
    tell("its part is done; the verdict is where the master is")
