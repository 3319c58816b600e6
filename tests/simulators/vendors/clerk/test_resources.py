"""What an instance holds is bounded, and what is known beside it goes with it; what was handed out stays as it was."""

from dataclasses import fields, replace
from typing import Any

from brownout_simulators.store import Store
from brownout_simulators.vendors.clerk import VENDOR, resources
from brownout_simulators.vendors.clerk.resources import Kept, State, stores
from tests.simulators.vendors.clerk.bench import NAME, ClerkBench
from tests.support.vendor_bench import Bench

FEW = 20
ROUNDS = 10 * FEW


def cramped() -> tuple[ClerkBench, list[State]]:
    """An instance with room for few of each kind; its state, once it is open."""
    made: list[State] = []

    def new_state() -> State:
        kinds: Any = {each.name: Kept(FEW) for each in fields(State) if each.type is Kept}
        made.append(State(**kinds))
        return made[-1]

    bench = ClerkBench(NAME)
    Bench.__init__(bench, replace(VENDOR, new_state=new_state), bench.authorization)
    bench.simulator.set_up({"max_allowed_memberships": 0})
    return bench, made


def test_nothing_grows_for_ever() -> None:
    bench, made = cramped()
    for number in range(ROUNDS):
        user = bench.user(
            f"u{number}@example.com", username=f"user{number}", external_id=f"x{number}", password="correct horse"
        )
        session = bench.session(user["id"])
        organization = bench.do("/organizations", {"name": "x", "slug": f"s{number}", "created_by": user["id"]})
        path = f"/organizations/{organization['id']}/invitations"
        bench.do(path, {"email_address": f"i{number}@example.com", "role": "org:member"})
        bench.do("/invitations", {"email_address": f"j{number}@example.com"})
        machine = bench.do("/machines", {"name": "m"})
        bench.post_json("/m2m_tokens", {}, authorization=f"Bearer {machine['secret_key']}")
        bench.do("/api_keys", {"name": "k", "subject": user["id"]})
        bench.do("/sign_in_tokens", {"user_id": user["id"]})
        # What is newest works, whatever was forgotten.
        assert bench.get(f"/users?external_id=x{number}")[0]["id"] == user["id"]
        assert bench.get(f"/organizations/s{number}/memberships")["total_count"] == 1
        assert bench.token(session["id"])
    (state,) = made
    for kind, store in stores(state).items():
        assert len(store) <= FEW or kind in {"JWT template", "webhook endpoint"}, kind
    for each in fields(State):
        value: Any = getattr(state, each.name)
        if isinstance(value, dict):
            # A user has three identifiers here.
            assert len(value) <= 3 * FEW, (each.name, len(value))
    assert bench.get("/users/count")["total_count"] == FEW
    taken = bench.ask("POST", "/users", {"external_id": f"x{ROUNDS - 1}"})
    assert taken.status == 422
    bench.do("/users", {"external_id": "x0"})  # its holder was forgotten


def test_versions_are_kept_for_a_while_and_what_was_handed_out_never_changes() -> None:
    kept = Kept(4)
    first = row = kept.keep({"id": "a", "object": "user", "n": 0}, 0.0)
    for number in range(1, 10):
        row = kept.change(row, float(number), n=number)
    assert first == {"id": "a", "object": "user", "n": 0}
    assert [version["n"] for _, version in kept._history["a"]] == [
        9 - back for back in range(resources.VERSIONS, 0, -1)
    ]
    assert row == kept.get("a") == {"id": "a", "object": "user", "n": 9}


def test_every_kind_that_is_kept_is_counted() -> None:
    state = State()
    counted = {id(store) for store in stores(state).values()}
    held = {id(value) for each in fields(State) if isinstance(value := getattr(state, each.name), Store)}
    assert counted == held
