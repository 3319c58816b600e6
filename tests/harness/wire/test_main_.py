import json
import subprocess
import sys
from pathlib import Path

import pytest

CONFIG = [{"name": "db", "listen": "127.0.0.1:0", "upstream": "localhost:5432"}]


@pytest.mark.real
def test_beside_a_run_it_tells_in_json(tmp_path: Path) -> None:
    (tmp_path / "proxies.json").write_text(json.dumps(CONFIG))
    command = [sys.executable, "-m", "brownout_harness.wire", "--port", "0", "--config", "proxies.json"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        process.terminate()
    assert told["url"].startswith("http://127.0.0.1:")
    assert told["proxies"]["db"].startswith("127.0.0.1:")
    assert process.returncode == 0


@pytest.mark.real
def test_a_bad_option_is_told_in_one_line() -> None:
    command = [sys.executable, "-m", "brownout_harness.wire", "--host", "0.0.0.0"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
