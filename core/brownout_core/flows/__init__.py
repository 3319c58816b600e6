"""The business operations: one file each, with its request, its path, the vendors that it uses and what it does.

`flow.py` is what stands around every one of them, `long_flow.py` around a saga, `ending.py` how they end, `request.py`
what every request has, `looking.py` what a look comes to, `by_key.py` by what an ERP knows things, `background.py` what
one may do beside what it is asked. To add one: a module with a `Flow`, and a line here.
"""

from brownout_core.flows.assist import Assist
from brownout_core.flows.book_job import BookJob
from brownout_core.flows.check_code import CheckCode
from brownout_core.flows.flow import by_name
from brownout_core.flows.index_document import IndexDocument
from brownout_core.flows.join_team import JoinTeam
from brownout_core.flows.keep_file import KeepFile
from brownout_core.flows.notify import Notify
from brownout_core.flows.pay import Pay
from brownout_core.flows.place_order import PlaceOrder
from brownout_core.flows.plan_visits import PlanVisits
from brownout_core.flows.plan_work import PlanWork
from brownout_core.flows.publish_site import PublishSite
from brownout_core.flows.put_notice import PutNotice
from brownout_core.flows.reserve_stock import ReserveStock
from brownout_core.flows.rotate_secret import RotateSecret
from brownout_core.flows.run_job import RunJob
from brownout_core.flows.save_job import SaveJob
from brownout_core.flows.send_code import SendCode
from brownout_core.flows.send_receipt import SendReceipt
from brownout_core.flows.sign_contract import SignContract
from brownout_core.flows.sign_in import SignIn
from brownout_core.flows.take_note import TakeNote
from brownout_core.flows.trade_in import TradeIn
from brownout_core.flows.use_credentials import UseCredentials

FLOWS = by_name(
    Pay,
    Notify,
    PlaceOrder,
    Assist,
    SaveJob,
    RunJob,
    SignIn,
    RotateSecret,
    TakeNote,
    SignContract,
    ReserveStock,
    SendReceipt,
    PublishSite,
    PlanWork,
    PlanVisits,
    KeepFile,
    UseCredentials,
    BookJob,
    TradeIn,
    IndexDocument,
    JoinTeam,
    PutNotice,
    SendCode,
    CheckCode,
)
"""Every flow, by name."""
