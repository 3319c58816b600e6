"""What is only declared: kinds of objects whose shape and plain endpoints are data, by family.

- `money.py`      what an account holds and moves: payouts, top-ups, transfers, disputes, accounts
- `belongings.py` what belongs to a customer: sources, tax ids, balances
- `pricing.py`    coupons, taxes, invoice items, credit notes, test clocks, links, plans
- `planned.py`    quotes, subscription schedules
- `shallow.py`    what is kept and told of, and moves no money: the portal, meters, reports, identity, issuing
"""

from itertools import chain
from typing import Final

from brownout_simulators.vendors.stripe.declared import belongings, money, planned, pricing, shallow
from brownout_simulators.vendors.stripe.resource import Resource

RESOURCES: Final[tuple[Resource, ...]] = tuple(
    chain(money.RESOURCES, belongings.RESOURCES, pricing.RESOURCES, planned.RESOURCES, shallow.RESOURCES)
)
