"""Damages to the vendors' books: each changes what the run means."""

import json
from dataclasses import replace
from random import Random

import pytest

from brownout_harness.audit.corruption.damage import NothingToDamageError, Run, fields_of
from brownout_harness.audit.corruption.effects import field_changed, field_lost
from brownout_harness.judging.inputs import RunInputs
from brownout_harness.judging.patterns import fits
from brownout_harness.judging.terms import Terms
from brownout_reports.rows import LedgerRow
from tests.support.histories import changed, healthy


def asking_for(subject: str, *, held: str) -> Run:
    """Payments that all hold the same text, and what was asked for there."""
    plain = healthy(20)
    wanted = json.dumps({"stripe.charge": {"subject": subject}})
    evidence = changed(
        plain,
        operations=[each._replace(as_asked=wanted) for each in plain.operations],
        effects=[each._replace(fields=json.dumps({"subject": held})) for each in plain.effects],
        terms={"pay": Terms({"stripe.charge": ("subject",)}, {})},
    )
    return Run(RunInputs(tables=evidence.tables), replace(evidence), Random(7))


@pytest.mark.parametrize("wanted", ["Receipt 12", "Receipt *", "*ceipt 12", "Re*12"])
def test_a_changed_field_is_no_longer_what_was_asked_for_though_a_star_stands_for_much(wanted: str) -> None:
    run = asking_for(wanted, held="Receipt 12")
    held = [fields_of(each)["subject"] for each in field_changed(run).tables.of(LedgerRow) if each.fields]
    assert [fits(wanted, each, "subject") for each in held].count(False) == 1


def test_where_any_text_would_do_there_is_nothing_to_change_but_it_may_be_lost() -> None:
    run = asking_for("*", held="Receipt 12")
    with pytest.raises(NothingToDamageError):
        field_changed(run)
    assert sum(each.fields == "{}" for each in field_lost(run).tables.of(LedgerRow)) == 1
