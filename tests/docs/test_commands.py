"""Whatever the documents say to type can be typed: here, or in a test that is named."""

import json
import re
import shlex
import shutil
import signal
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import typer
from typer.core import TyperGroup

from brownout_harness.cli import app
from brownout_harness.real.http_json import call
from brownout_scenarios import library
from tests.harness.commands.test_many import written
from tests.support.commands import brownout_here, start
from tests.support.written import ROOT, Command, commands, mentioned

GROUP = typer.main.get_command(app)
assert isinstance(GROUP, TyperGroup)
TYPED = GROUP.commands
ROOT_OPTIONS = {option for each in GROUP.params for option in each.opts} | {"--help"}

OF_A_RUN: Final = (
    "brownout run stripe-brownout",
    "brownout show last",
    "brownout show last pay-001696-cca54b",
    "brownout judge last --expect stricter.yaml",
)
"""One after the other, in one folder; the first is the README's, and says what is shown there."""

ALONE: Final = (
    "brownout doctor",
    "brownout gate scenarios/ --baseline scenarios/baseline",
    "brownout init --vendor stripe --asgi shop:app --ask 'POST /checkout' --id body:order_id",
    "brownout init --vendor stripe --command 'node server.js' --ask 'POST /checkout' --id body:order_id",
    "brownout run mine.yaml",
    "brownout scenarios",
    "brownout scenarios new stripe-brownout scenarios/busy-hour.yaml",
    "brownout scenarios new stripe-brownout scenarios/checkout.yaml",
    "brownout scenarios new stripe-brownout scenarios/threshold.yaml",
    "brownout scenarios stripe-brownout",
)
"""Each in a folder of its own, with a short scenario in it."""

SERVED: Final = ("brownout up stripe twilio",)
"""And every request of `docs/how-to.md` to it."""

WIRE = "tests/harness/wire/test_server.py::test_what_the_page_says_to_type_does_what_it_says"
INTERCEPT = "tests/harness/real/test_intercepting.py"
REAL = "tests/harness/real/test_library.py::test_the_healthy_core_passes_for_real"
FAULT = "tests/harness/commands/test_fault.py"
GATE = "tests/harness/commands/test_gate.py"
INSTALL = "tests/harness/test_light_install.py::test_a_test_of_stripe_runs_with_the_bare_package_alone"
AUDIT = "tests/harness/audit/test_matrix.py::test_the_known_bad_part_is_caught"
SYSTEMATIC = (
    "tests/harness/audit/systematic/test_show.py::test_changes_are_found_or_not_and_a_second_time_they_are_known"
)
LOAD = "tests/harness/commands/test_load.py::test_two_workers_make_the_load_at_the_rate_that_was_said"
JOINED = "tests/harness/real/test_joining.py::test_another_machines_worker_does_its_share_on_its_own_clock"
SOAK = "tests/harness/commands/test_load.py::test_two_workers_make_the_load_at_the_rate_that_was_said"
TWIN = "tests/harness/twin/test_pairs.py::test_a_short_scenario_is_run_both_ways"
NAIVE = "tests/docs/test_naive_shop.py::test_a_lost_answer_is_asked_for_again_under_another_key"
CORRELATED = (
    "tests/harness/real/test_up.py::test_the_ledger_tells_operations_apart_by_where_somebody_says_that_their_ids_travel"
)
SHOPS = "tests/docs/test_shops.py::test_a_lost_answer_is_no_second_charge_but_for_who_makes_a_key_per_try"
COMPARED_REAL = "test_real_runs_are_compared_when_all_are_there"
COMPARED = "tests/harness/comparing/test_compare.py::test_two_runs_are_compared_and_a_page_is_written"
RECORDED = "test_the_end_leaves_nothing_running_a_profile_without_secrets_and_a_log_of_what_was_refused"
ELSEWHERE: Final[Mapping[str, str]] = {
    "STRIPE_API_BASE=http://127.0.0.1:12111 STRIPE_API_KEY=sk_test_shop PORT=8080 "
    "python docs/samples/naive_shop/app.py": NAIVE,
    "brownout audit --seeds 10 --out found": AUDIT,
    "brownout compare runs/before runs/after": COMPARED,
    "brownout compare runs/virtual runs/real last --json": COMPARED,
    "brownout run lost-answers.yaml turned-away.yaml killed.yaml --mode real": SHOPS,
    "brownout up stripe resend": "tests/harness/real/console/test_page.py",
    "cd docs/samples/fastapi_shop": SHOPS,
    "cd docs/samples/go_shop && go build -o shop .": SHOPS,
    "cd docs/samples/node_shop && npm install": SHOPS,
    "python -m venv .venv && .venv/bin/pip install -r requirements.txt": SHOPS,
    "brownout audit --systematic --of simulators --out found-simulators": SYSTEMATIC,
    "brownout audit --systematic --only policies.breaker": SYSTEMATIC,
    "brownout audit --systematic --sample 0.1 --out found": SYSTEMATIC,
    "brownout audit stripe-brownout": AUDIT,
    "brownout audit stripe-brownout --evidence": "tests/harness/audit/corruption/test_trial.py",
    "brownout fault add stripe 'POST /v1/payment_intents' respond.status=503 share=50%": FAULT,
    "brownout fault add stripe 'POST /v1/payment_intents' latency=2s share=50%": FAULT,
    "brownout fault add twilio latency=2s": FAULT,
    "brownout fault clear": FAULT,
    "brownout fault list": FAULT,
    "brownout fault clear twilio": FAULT,
    "brownout fault save scenarios/tried-out.yaml": FAULT,
    "brownout gate checkout.yaml --mode real --repeat 6 --baseline baseline": f"{GATE}::{COMPARED_REAL}",
    "brownout gate checkout.yaml --mode real --repeat 6 --baseline baseline --update": f"{GATE}::{COMPARED_REAL}",
    "brownout gate --tag smoke --github": "tests/docs/test_ci_md.py::test_every_command_is_one_that_the_gate_takes",
    "brownout gate scenarios/ --mode real": REAL,
    "brownout gate scenarios/threshold.yaml --repeat 20": GATE,
    "brownout intercept stripe --fault '{vendor: stripe, latency: 2s}' --fault "
    "'{host: \"localhost:9000\", match: GET /stock, share: 50%, respond: {status: 503}}'": (
        f"{INTERCEPT}::test_this_machine_is_passed_on_with_the_faults_that_are_for_it"
    ),
    "brownout intercept stripe --record measured.json": f"{INTERCEPT}::{RECORDED}",
    "brownout intercept stripe openai": f"{INTERCEPT}::test_stripe_in_python_believes_that_it_talks_to_stripe",
    "brownout intercept vault sales --host vault.shop.internal=vault --host crm.shop.internal=sales": (
        f"{INTERCEPT}::test_a_name_of_ones_own_leads_to_the_vendor_that_it_was_said_for"
    ),
    "brownout load healthy --rate 60/s --workers 2": LOAD,
    "brownout load mine.yaml --rate 900/s --master 10.0.0.5:5557 --expect 1": JOINED,
    "brownout load --join 10.0.0.5:5557": JOINED,
    "brownout load healthy --rate 40/s --for 30m --workers 2": SOAK,
    "brownout load stripe-brownout --rate 80/s --for 2m --workers 2": LOAD,
    "brownout run --all --keep wrong": "tests/harness/commands/test_many.py",
    "brownout run --tag crash": "tests/harness/commands/test_many.py",
    "brownout run --tag crash --tag money -j 4 --fail-fast": "tests/harness/commands/test_many.py",
    "brownout run docs/samples/asgi_shop/stripe-lost-answers.yaml": "tests/docs/test_asgi_shop.py",
    "brownout run docs/samples/fixed_shop/lost-answers.yaml --mode real": (
        "tests/harness/real/test_interception.py::test_a_shop_with_a_fixed_address_is_judged_by_the_vendors_books"
    ),
    "brownout run docs/samples/naive_shop/stripe-lost-answers.yaml --mode real": NAIVE,
    "brownout run docs/samples/wrong/key_per_attempt.yaml --mode real": (
        "tests/docs/test_wrong_samples.py::test_the_mistake_is_called_by_its_name"
    ),
    "brownout run healthy stripe-lost-answers --mode real": REAL,
    "brownout run scenarios/busy-hour.yaml --mode real": REAL,
    "brownout run scenarios/threshold.yaml --out A": "tests/harness/beginning/test_copied.py",
    "brownout run stripe-brownout --mode real": REAL,
    "brownout run stripe-brownout --seed 7 --out A": "tests/harness/running/test_execute.py",
    "brownout twin healthy grey-failure --out runs/twin": TWIN,
    "brownout twin runs/A runs/B": "tests/harness/twin/test_pairs.py::test_the_command_compares_two_finished_runs",
    "brownout twin scenarios/busy-hour.yaml": TWIN,
    "brownout toxiproxy --seed 7": "tests/harness/wire/test_serving.py",
    "brownout up stripe": "tests/harness/real/test_up.py",
    "brownout up stripe --correlate stripe=body.metadata.order_id": CORRELATED,
    "brownout up stripe twilio --env dotenv > .env.brownout": "tests/harness/real/test_env_forms.py",
    "brownout up twilio --correlate 'twilio=body.Body: Order (\\S+)'": CORRELATED,
    "cd gate && brownout run stripe-brownout-virtual": (
        f"{GATE}::test_a_red_gate_names_what_broke_and_what_replays_it_from_its_folder_alone"
    ),
    'curl -X POST localhost:8080/checkout -d \'{"order_id": "order-1", "amount": 1999}\'': NAIVE,
    'curl -d \'{"name": "redis", "listen": "127.0.0.1:26379", "upstream": "127.0.0.1:6379"}\' '
    "localhost:8474/proxies": WIRE,
    'curl -d \'{"type": "latency", "toxicity": 0.5, "attributes": {"latency": 300, "jitter": 100}}\' '
    "localhost:8474/proxies/redis/toxics": WIRE,
    "curl localhost:8474/_brownout/connections": WIRE,
    "curl -s http://127.0.0.1:12111/_brownout/ledger": CORRELATED,
    "curl -s http://127.0.0.1:8080/v1/pay -H 'X-Correlation-ID: order-7' -d '{\"amount\": 1200}'": (
        "tests/core/gateway/test_main_.py"
    ),
    "pip install 'brownout[run]'": INSTALL,
    "pip install brownout": INSTALL,
    "python -m brownout_core.gateway": "tests/core/gateway/test_main_.py",
    "python -m brownout_simulators --vendors stripe,twilio --ports fixed --seed 7": "tests/simulators/test_main_.py",
}
"""What takes minutes, a free port that is the documented one, or a registry; and the test that runs the like of it."""

OTHERS = ("docs/tutorial.md",)
"""Pages that a test of their own walks through from beginning to end."""


def to_run() -> Iterator[Command]:
    return (each for each in commands() if each.page not in OTHERS)


def plain(command: Command) -> str:
    """Without a remark."""
    return re.sub(r"\s+#\s.*$", "", command.text).strip()


def of_the_server(text: str) -> bool:
    return text.startswith("curl") and "/_brownout/faults" in text


def test_every_command_is_run_here_or_in_a_test_that_is_named() -> None:
    here = {*OF_A_RUN, *ALONE, *SERVED}
    told = {plain(each) for each in to_run()}
    assert told - here - set(ELSEWHERE) - {each for each in told if of_the_server(each)} == set(), (
        "run it, or name the test that does"
    )
    assert (here | set(ELSEWHERE)) - {plain(each) for each in commands()} == set(), "no page says this any more"
    assert here & set(ELSEWHERE) == set()


@pytest.mark.parametrize("named", sorted(set(ELSEWHERE.values())))
def test_the_test_that_is_named_is_there(named: str) -> None:
    file, _, name = named.partition("::")
    assert f"def {name}" in (ROOT / file).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "text", sorted({plain(each) for each in [*commands(), *mentioned()] if "brownout " in f"{plain(each)} "})
)
def test_every_command_and_option_that_a_page_names_exists(text: str) -> None:
    for part in re.split(r" && | > ", text):
        program, *words = shlex.split(part)
        if program != "brownout":
            continue
        name = words[0]
        if name in ROOT_OPTIONS:
            continue
        options = {option for each in TYPED[name].params for option in each.opts} | {"--help"}
        assert [word for word in words if re.fullmatch(r"-j|--[a-z-]+", word) and word not in options] == []
        if name in ("audit", "run", "trust", "twin"):
            named = [word for word in words[1:2] if re.fullmatch(r"[a-z]+(-[a-z]+)+", word)]
            assert [each for each in named if each not in library.names() and not each.endswith("-virtual")] == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as somebody's who reads the pages."""
    (tmp_path / "scenarios").mkdir()
    written(tmp_path / "scenarios", "good")
    shutil.copy(tmp_path / "scenarios" / "good.yaml", tmp_path / "mine.yaml")
    (tmp_path / "stricter.yaml").write_text(
        "expect:\n  - amplification: {vendor: stripe, max: 1.01, during: brownout}\n"
    )
    return tmp_path


@pytest.mark.thorough
@pytest.mark.parametrize("text", ALONE)
def test_a_command_that_stands_alone_does_what_it_says(text: str, folder: Path) -> None:
    words = shlex.split(text)[1:]
    if "--baseline" in words:
        assert brownout_here(*words, "--update", cwd=folder).exit_code == 0
    ended = brownout_here(*words, cwd=folder)
    assert (ended.exit_code, ended.errors) == (0, "")
    assert ended.output


@pytest.mark.thorough
def test_the_commands_on_a_run_do_what_they_say(folder: Path) -> None:
    codes = [brownout_here(*shlex.split(text)[1:], cwd=folder).exit_code for text in OF_A_RUN]
    assert codes == [0, 0, 0, 1], "by the stricter demand it fails"
    (verdict,) = (folder / "runs").glob("*/verdict.json")
    told = {each["title"]: each["observed"] for each in json.loads(verdict.read_text())["expectations"]}
    shown = re.findall(r"^✓ (.+?)  +(\S.*)$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(shown) >= 5
    assert [(title, told.get(title)) for title, _ in shown] == shown, "what the README shows is what the run says"


def asked_as_by_curl(text: str) -> Any:
    """The request that it would send: a machine may not have it."""
    words = ArgumentParser()
    words.add_argument("-s", action="store_true")
    words.add_argument("-X", default=None)
    words.add_argument("-d", default=None)
    words.add_argument("url")
    asked = words.parse_args(shlex.split(text)[1:])
    answer = call(asked.X or ("GET" if asked.d is None else "POST"), asked.url, asked.d and json.loads(asked.d))
    assert answer.status in (200, 201)
    return answer.json


@pytest.mark.real
def test_a_developer_breaks_what_is_served_as_the_page_says(tmp_path: Path) -> None:
    (served,) = SERVED
    process = start(*shlex.split(served)[1:], "--port-base", "0", "--env", "json", cwd=tmp_path)
    try:
        assert process.stdout is not None
        environment = json.loads("".join(iter(process.stdout.readline, "}\n")) + "}")
        asked = [
            text.replace("http://127.0.0.1:12111", environment["STRIPE_API_BASE"]) for text in map(plain, commands())
        ]
        told = [asked_as_by_curl(text) for text in asked if of_the_server(text)]
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
    first, second, listed, gone = told
    assert [each["id"] for each in listed["faults"]] == [first["id"], second["id"]]
    assert (first["share"], second["match"]["path"]) == (0.5, "/v1/payment_intents")
    assert gone == {"removed": "all"}
