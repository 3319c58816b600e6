"""Which operations are looked at."""

from brownout_reports.noteworthy import cases, slowest, struck_or_slow
from brownout_reports.rows import LedgerRow, OperationRow, Outcome
from brownout_reports.run_folder import Case, ExpectationResult, RunFolder, Status
from brownout_reports.tables import Rows, Tables
from tests.reports.runs import a_run


def judged(name: str, status: Status, *ids: str) -> ExpectationResult:
    cases = tuple(Case(operation_id=each, what=f"{name} says so") for each in ids)
    return ExpectationResult(name=name, title=name, status=status, expected="", observed="", cases=cases)


def a_run_of(*expectations: ExpectationResult) -> RunFolder:
    run = a_run(rate_per_s=1)
    return run.model_copy(update={"verdict": run.verdict.model_copy(update={"expectations": expectations})})


def test_each_expectation_that_does_not_hold_has_one_before_any_has_two() -> None:
    run = a_run_of(
        judged("unclear", Status.INCONCLUSIVE, "g", "a"),
        judged("held", Status.PASSED, "h"),
        judged("first", Status.FAILED, "a", "b", "c"),
        judged("second", Status.FAILED, "d", "b", ""),
    )
    assert [each.operation_id for each in cases(run)] == ["a", "d", "b", "c", "g"]
    assert [each.why for each in cases(run)][:2] == ["first says so", "second says so"]


def test_where_everything_holds_no_case_is_named() -> None:
    assert cases(a_run_of(judged("held", Status.PASSED, "h"))) == []


def operations(**latencies_s: float) -> Rows[OperationRow]:
    return Rows.of(
        OperationRow,
        [OperationRow(name, "pay", 1.0, 1.0, 1.0 + s, s, 1, 200, Outcome.DONE) for name, s in latencies_s.items()],
    )


def test_of_those_that_were_only_slow_each_kind_has_one_before_any_has_two() -> None:
    (asked,) = operations(a=1.0)
    rows = [
        asked,
        *(asked._replace(operation_id=each, finished_s=5.0) for each in ("c", "b")),
        asked._replace(operation_id="refused", finished_s=3.0, outcome=Outcome.REFUSED),
        asked._replace(operation_id="told", finished_s=2.0, name="notify"),
    ]
    run = a_run().model_copy(update={"tables": Tables(Rows.of(OperationRow, rows))})
    assert [each.operation_id for each in struck_or_slow(run, 9)] == ["b", "refused", "told"]


def struck(operation_id: str, *faults: str) -> LedgerRow:
    return LedgerRow("request", 0, "stripe", "acct", operation_id, 1.0, 2.0, "POST /v1/charges", "req", faults=faults)


def test_the_slowest_come_in_order_and_of_equals_the_first_by_name() -> None:
    run = a_run().model_copy(update={"tables": Tables(operations(b=2.0, c=0.5, a=2.0))})
    assert [(each.operation_id, each.why) for each in slowest(run, 2)] == [
        ("a", "took 2.000 s, done"),
        ("b", "took 2.000 s, done"),
    ]


def test_whom_a_fault_struck_comes_before_who_was_only_slow() -> None:
    ledger = [struck("a", "brownout.1"), struck("b", "brownout.1", "brownout.2"), struck("", "brownout.2")]
    tables = Tables(operations(a=0.1, b=0.2, slow=9.0, slower=10.0), Rows.of(LedgerRow, ledger))
    run = a_run().model_copy(update={"tables": tables})
    # Both faults struck `b` worst: it is there once.
    assert [each.operation_id for each in struck_or_slow(run, 3)] == ["b", "slower"]
    assert struck_or_slow(run, 1)[0].why == "struck by brownout.1, took 0.200 s, done"


def test_a_run_without_operations_has_none_to_look_at() -> None:
    assert struck_or_slow(a_run().model_copy(update={"tables": Tables()}), 3) == []
