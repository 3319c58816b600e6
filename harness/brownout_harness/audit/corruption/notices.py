"""Damages to the vendors' books of what they told the target."""

from typing import Final

from brownout_core.telemetry import Kind
from brownout_harness.audit.corruption.damage import Damage, Run
from brownout_harness.judging.inputs import RunInputs
from brownout_reports.rows import NOTICE_SHOWN, DeliveryRow, EventRow


def never_taken(run: Run) -> RunInputs:
    """One notice: refused at each attempt until the vendor gave up."""
    its = _one(run)
    return run.changed([(each, each._replace(status=500, is_last=each is its[-1])) for each in its])


def never_answered(run: Run) -> RunInputs:
    its = _one(run)
    return run.changed([(each, each._replace(status=0, is_last=each is its[-1])) for each in its])


def _one(run: Run) -> list[DeliveryRow]:
    """All attempts at one genuine notice that was taken."""
    told = run.evidence.notified_by
    taken = run.one_of(
        each for each in run.deliveries if 200 <= each.status < 300 and not each.is_forged and each.vendor in told
    )
    its = [each for each in run.deliveries if (each.vendor, each.delivery) == (taken.vendor, taken.delivery)]
    return sorted(its, key=lambda each: each.attempt)


def all_removed(run: Run) -> RunInputs:
    _one(run)
    return run.without(*run.deliveries)


def all_failed(run: Run) -> RunInputs:
    _one(run)
    return run.changed([(each, each._replace(status=500)) for each in run.deliveries])


def forgotten(run: Run) -> RunInputs:
    """What was shown of one thing at the end."""
    return run.without(run.one_of(run.told(NOTICE_SHOWN)))


def taken_again(run: Run) -> RunInputs:
    again = run.one_of(run.told(Kind.NOTICE, "taken"))
    return run.with_rows(EventRow, [*run.events, again])


def forged_and_believed(run: Run) -> RunInputs:
    """One genuine notice that was taken was none, by the vendor's own book."""
    known = {(each.vendor, each.operation_id, each.detail) for each in run.told(NOTICE_SHOWN)}
    taken = [each for each in run.deliveries if each.status == 200 and not each.is_forged]
    one = run.one_of(each for each in taken if (each.vendor, each.operation_id, each.type) in known)
    return run.instead(one, one._replace(is_forged=True))


TAKEN: Final = ("notices_taken",)
KEPT: Final = ("notices_kept",)
DAMAGES: Final = (
    Damage(name="notice-never-taken", about="the target failed at it to the end", noticed_by=TAKEN, do=never_taken),
    Damage(name="notice-never-answered", about="nobody took it", noticed_by=TAKEN, do=never_answered),
    Damage(name="notices-removed", about="no vendor told the target anything", noticed_by=TAKEN, do=all_removed),
    Damage(name="notice-forgotten", about="it was acknowledged, and is not known", noticed_by=KEPT, do=forgotten),
    Damage(name="notice-taken-again", about="it was taken twice", noticed_by=KEPT, do=taken_again),
    Damage(name="notice-forged", about="a forged one was believed", noticed_by=KEPT, do=forged_and_believed),
    Damage(name="notices-failed", about="the target can take none of them", noticed_by=TAKEN, do=all_failed),
)
