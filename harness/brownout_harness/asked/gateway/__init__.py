"""The operations of the reference application, as whoever asks for them must know them: one module each, and the
table of them.

To add one: a module with an `OPERATION`, and a line here; the flow itself is the core's. `operation.py` says what an
operation is. `docs/add-an-operation.md` is the recipe.
"""

from collections.abc import Mapping
from typing import Final

from brownout_harness.asked.gateway import (
    assist,
    book_job,
    check_code,
    index_document,
    join_team,
    keep_file,
    notify,
    pay,
    place_order,
    plan_visits,
    plan_work,
    publish_site,
    put_notice,
    reserve_stock,
    rotate_secret,
    run_job,
    save_job,
    send_code,
    send_receipt,
    sign_contract,
    sign_in,
    take_note,
    trade_in,
    use_credentials,
)
from brownout_harness.asked.gateway.operation import GatewayOperation

GATEWAY_OPERATIONS: Final[Mapping[str, GatewayOperation]] = {
    each.name: each
    for each in (
        pay.OPERATION,
        notify.OPERATION,
        place_order.OPERATION,
        assist.OPERATION,
        save_job.OPERATION,
        run_job.OPERATION,
        sign_in.OPERATION,
        rotate_secret.OPERATION,
        take_note.OPERATION,
        sign_contract.OPERATION,
        reserve_stock.OPERATION,
        send_receipt.OPERATION,
        publish_site.OPERATION,
        plan_work.OPERATION,
        plan_visits.OPERATION,
        keep_file.OPERATION,
        use_credentials.OPERATION,
        book_job.OPERATION,
        trade_in.OPERATION,
        index_document.OPERATION,
        join_team.OPERATION,
        put_notice.OPERATION,
        send_code.OPERATION,
        check_code.OPERATION,
    )
}
