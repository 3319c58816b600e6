"""`index.html`: the gate's runs, what is wrong with them, the way to their reports. One file that asks no network."""

from typing import Final

from jinja2 import Environment

from brownout_harness.gate.outcome import Gate, Result

FILE: Final = "index.html"

PAGE: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Brownout gate: {{ gate.result }}</title>
<style>
:root { color-scheme: light dark; --good: #12783c; --bad: #b3261e; --unsure: #8a5a00; --line: #8884; }
@media (prefers-color-scheme: dark) { :root { --good: #6fd08c; --bad: #ff8a80; --unsure: #f2b84b; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0; }
table { border-collapse: collapse; width: 100%; margin-top: 1.5rem; }
th, td { text-align: left; vertical-align: top; padding: .45rem .6rem .45rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; }
ul { margin: .3rem 0 0; padding-left: 1.1rem; }
li, code { overflow-wrap: anywhere; }
code { font: .875em ui-monospace, monospace; }
.passed { color: var(--good); } .failed, .drifted { color: var(--bad); } .unsure { color: var(--unsure); }
.word { font-weight: 600; white-space: nowrap; }
</style>
<h1>Brownout gate{% if gate.shard %} (shard {{ gate.shard }}){% endif %}:
<span class="{{ look(gate.result) }}">{{ gate.result }}</span></h1>
<p>{{ gate.counted }}.{% if gate.is_compared %} Compared with a baseline.{% endif %}</p>
{%- for remark in gate.remarks %}
<p class="unsure">{{ remark }}</p>
{%- endfor %}
<table>
<thead><tr><th>run<th>verdict<th>what is the matter</thead>
<tbody>
{%- for run in runs %}
<tr><td>{% if run.kept %}<a href="{{ run.name | urlencode }}/report.html">{{ run.name }}</a>
{%- else %}{{ run.name }}{% endif %}
<td><span class="word {{ look(run.result) }}">{{ run.result }}</span>
<td>{% if run.wrong %}<ul>{% for line in run.wrong %}<li>{{ line }}</li>{% endfor %}</ul>
<p>Replay, {{ run.replayed }}: <code>{{ run.replay }}</code></p>
{%- elif run.verdict %}{{ run.verdict.expectations | length }} expectations hold{% endif %}
{%- endfor %}
</tbody>
</table>
</html>
"""


def render(gate: Gate) -> str:
    """The document. What is wrong comes first."""
    page = Environment(autoescape=True).from_string(PAGE)
    runs = sorted(gate.runs, key=lambda run: run.result is Result.PASSED)
    return page.render(gate=gate, runs=runs, look=_look)


def _look(result: Result) -> str:
    return result.value if result in {Result.PASSED, Result.FAILED, Result.DRIFTED} else "unsure"
