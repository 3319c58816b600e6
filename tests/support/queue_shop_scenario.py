"""A short scenario around the shop of `queue_shop.py`, as a file."""

from pathlib import Path

SHOP = Path(__file__).with_name("queue_shop.py")

TEXT = """
name: queue-shop
about: A shop of two processes; the one that takes the money is ended in the middle.
seed: 3
grace: 200ms
targets:
  worker:
    command: ["{{{{python}}}}", "{shop}", worker{options}]
    env: {{SPOOL: "{spool}", WEB: "{{{{web.url}}}}"}}
    ready: {{log: worker is ready, within: {within}}}
  web:
    command: ["{{{{python}}}}", "{shop}", web, --port, "{{{{port}}}}"]
    url: http://127.0.0.1:{{{{port}}}}
    env: {{SPOOL: "{spool}"}}
    ready: /orders/none
workload:
  arrivals: {{rate: 20/s}}
  operations:
    - name: buy
      path: /orders
      body: {{order: "{{{{operation_id}}}}", amount: "{{{{amount}}}}"}}
      done: []
      accepted: [202]
      until: {{get: "/orders/{{{{operation_id}}}}", at: body.state, done: [done], within: {followed}, every: 200ms}}
      leaves: [stripe.charge]
correlate: {{stripe: [body.metadata.order]}}
phases:
  - {{name: steady, for: 500ms}}
  - name: trouble
    for: 1s
    faults:
      - {{vendor: stripe, match: POST /v1/payment_intents, latency: {latency}}}
    actions: [{actions}]
  - {{name: after, for: {after}}}
expect:
  - exactly_once: {{effect: stripe.charge}}
  - nothing_lost: {{}}
"""

KILL = "{at: 200ms, kill: worker, for: 400ms}"


def write_queue_shop(
    folder: Path,
    *,
    options: str = "",
    within: str = "20s",
    actions: str = KILL,
    after: str = "1s",
    followed: str = "4s",
    latency: str = "80ms",
) -> Path:
    """The scenario's file in `folder`; `options` of the worker, such as `--forgets`."""
    path = folder / "queue-shop.yaml"
    words = "".join(f", {option}" for option in options.split())
    path.write_text(
        TEXT.format(
            shop=SHOP,
            spool=folder / "spool",
            options=words,
            within=within,
            actions=actions,
            after=after,
            followed=followed,
            latency=latency,
        )
    )
    return path
