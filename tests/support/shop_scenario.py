"""A short scenario around the shop of `shop.py`, as a file."""

from pathlib import Path

SHOP = Path(__file__).with_name("shop.py")

TEXT = """
name: shop
about: A small shop under a short fault.
seed: 3
target:
  command: "{{{{python}}}} {shop} --port {{{{port}}}} {options}"
  url: http://127.0.0.1:{{{{port}}}}
  ready: {{path: /, within: {within}}}
workload:
  arrivals: {{rate: 20/s}}
  operations:
    - name: buy
      path: /buy
      body: {{order: "{{{{operation_id}}}}", amount: "{{{{amount}}}}"}}
      done: [200]
      refused: [402]
      leaves: [stripe.charge]
      {agreed}
  ask_again: {{after: 200ms, times: 40}}
phases:
  - {{name: steady, for: {steady}}}
  - name: trouble
    for: 2s
    faults:
      - {{vendor: stripe, match: POST /v1/payment_intents, share: 50%, respond: {{status: 503}}}}
expect:
  - exactly_once: {{effect: stripe.charge}}
  - nothing_lost: {{}}
"""


AGREED = """\
as_asked: {stripe.charge: {amount: "{{amount}}", currency: eur}}
      answers: {charge: stripe.charge.payment_intent}"""


def write_shop(folder: Path, *, options: str = "", within: str = "20s", steady: str = "2s", agreed: str = "") -> Path:
    """The scenario's file in `folder`; `agreed`: what is compared, such as `AGREED`."""
    path = folder / "shop.yaml"
    path.write_text(TEXT.format(shop=SHOP, options=options, within=within, steady=steady, agreed=agreed))
    return path
