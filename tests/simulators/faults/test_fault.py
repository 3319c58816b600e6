"""What every kind of fault is."""

from collections.abc import Mapping
from dataclasses import MISSING, fields

import pytest

from brownout_simulators.call import Call, Sending
from brownout_simulators.faults import FAULTS, Fault
from brownout_simulators.faults.cold_start import WarmUp
from brownout_simulators.faults.fault import Memory, Stage, Strike
from brownout_simulators.faults.serve import ServiceTime
from tests.simulators.toy import TillErrors


@pytest.mark.parametrize("kind", FAULTS.values(), ids=lambda kind: kind.__name__)
def test_a_kind_acts_at_its_own_stage_and_refuses_the_others(kind: type[Fault]) -> None:
    each = ServiceTime(fixed_s=1.0)
    bare: Mapping[str, object] = {
        "over_s": 1.0, "by_s": 1.0, "lag_s": 1.0, "fixed_s": 1.0, "at_once": 1, "each": each,
        "for_s": 1.0, "content": "x", "after_messages": 1, "share_lost": 1.0, "left": "missing",
        "takes": WarmUp(fixed_s=1.0),
    }  # fmt: skip
    known = {each.name for each in fields(kind) if each.default is MISSING or each.name != "content"}  # type: ignore[arg-type]
    fault = kind(**{name: value for name, value in bare.items() if name in known})
    strike = Strike(Call("GET", "/", "", {}, b"", 0.0), "a", TillErrors(), 0.0, 0.0)
    if kind.stage <= Stage.AFTER:
        fault.strike(strike, 0.5, Memory())
    else:
        with pytest.raises(TypeError, match="acts at stage"):
            fault.strike(strike, 0.5, Memory())
    if kind.stage in (Stage.BODY, Stage.WIRE):
        fault.shape(Sending(200, {}, b"{}"), 0.5)
    else:
        with pytest.raises(TypeError, match="acts at stage"):
            fault.shape(Sending(200, {}, b"{}"), 0.5)


@pytest.mark.parametrize("kind", FAULTS.values(), ids=lambda kind: kind.__name__)
def test_a_kind_says_what_it_does(kind: type[Fault]) -> None:
    assert kind.__doc__
    assert not kind.__doc__.startswith(kind.__name__ + "(")
