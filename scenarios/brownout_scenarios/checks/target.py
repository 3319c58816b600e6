"""Of the target: it is on this machine, and everything that is filled in has a value."""

from brownout_scenarios import spelling, units
from brownout_scenarios.checks.common import Found
from brownout_scenarios.loopback import host_of, is_loopback
from brownout_scenarios.schema import Scenario
from brownout_scenarios.target import Target
from brownout_scenarios.vocabulary import Vocabulary
from brownout_scenarios.yaml_tree import Path


def target(scenario: Scenario, words: Vocabulary) -> Found:
    target = scenario.target
    if target is None:
        return
    where: Path = ("target", "url") if isinstance(scenario.document.get("target"), dict) else ("target",)
    if not target.url.startswith(("http://", "https://")):
        yield where, f"{units.shown(target.url)} is no URL: write http://127.0.0.1:{{{{port}}}}"
    elif not is_loopback(host_of(target.url.replace("{{port}}", "1"))):
        yield where, "is not loopback; load is aimed at this machine only: write http://127.0.0.1:PORT"
    elif target.command and "{{port}}" not in target.url and "{{port}}" in str(dict(target.env)):
        yield where, "has no {{port}}, though env does: the harness would not find the target"
    yield from _templates(target, words)
    if not 0 < target.ready.within_s <= 600:
        yield ("target", "ready", "within"), f"{units.duration(target.ready.within_s)} is outside 0s to 600s"
    if scenario.policies.vendors or scenario.policies.preset:
        yield ("policies",), "are the gateway's; this target is not the gateway"


def _templates(target: Target, words: Vocabulary) -> Found:
    for name in dict.fromkeys(target.templates()):
        known = [
            "port",
            "python",
            "redis.url",
            *(f"{vendor}.{what}" for vendor in words.vendors for what in ("url", "key")),
        ]
        if name not in known:
            yield ("target",), f"no value for {{{{{name}}}}}{spelling.hint(name, known)}"
