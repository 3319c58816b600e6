"""How a vendor's notices become webhooks: endpoints found, faults drawn, attempts signed, retried, counted."""

import random
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from brownout_simulators.account import Account
from brownout_simulators.agenda import Agenda, Cause, Delivering, OutgoingWebhook
from brownout_simulators.call import Notice
from brownout_simulators.deliveries import Attempt, Deliveries
from brownout_simulators.faults.plan import Plan, Subject
from brownout_simulators.faults.webhooks import Mail, Webhooks
from brownout_simulators.mailbag import Mailbag
from brownout_simulators.vendor import NO_ANSWER, Terms, WebhookRules

LOG_LIMIT = 1_000
_NONE: tuple[str, ...] = ()
GONE = 410
"""A receiver's way of saying that it wants no more of this."""


@dataclass(frozen=True, slots=True)
class Attempted:
    """One attempt at a delivery, for whoever wants to look."""

    id: int
    account: str
    type: str
    url: str
    attempt: int
    sent_s: float
    status: int | None
    operation_id: str = ""
    at_s: float = 0.0
    """When it was sent, on the machine's clock; `sent_s` is when its answer was there, on the vendor's."""


class Outbox:
    """Puts deliveries on the agenda; keeps a book of attempts, and a short log of the latest."""

    def __init__(self, agenda: Agenda, rules: WebhookRules | None) -> None:
        self.agenda = agenda
        self.rules = rules
        self.time_scale = 1.0
        """Stretches or squeezes the vendor's own retry schedule."""
        self.log: deque[Attempted] = deque(maxlen=LOG_LIMIT)
        self.book = Deliveries()
        self.bag = Mailbag(agenda.new_id)
        self._counts: Counter[str] = Counter()

    def post(
        self,
        account: Account[Any],
        notices: Sequence[Notice],
        cause: Cause,
        *,
        plan: Plan,
        now_s: float,
        plan_now_s: float,
    ) -> None:
        """Take on notices, at the moment of the commit that they tell of."""
        rules = self.rules
        if rules is None:
            return
        for notice in notices:
            for url, secret in self._receivers(rules, account, notice):
                self._counts["noticed"] += 1
                mail, faults = Mail(), _NONE
                if not plan.is_empty:
                    faults = _strike(mail, account.name, notice, cause, plan=plan, now_s=plan_now_s)
                if mail.lost:
                    self._counts["lost"] += 1
                    continue
                for copy in range(1 + mail.extra_copies):
                    if copy and mail.copies_are_new and rules.anew is not None:
                        notice = rules.anew(account, notice)  # noqa: PLW2901 - the copies are of this one
                    delivering = Delivering(
                        id=self.agenda.new_id(),
                        account=account,
                        notice=notice,
                        url=url,
                        secret=secret,
                        noticed_at_s=now_s,
                        bad_signature=mail.bad_signature,
                        bad_age_s=mail.signature_age_s,
                        delay_s=mail.delay_s + copy * mail.copies_apart_s,
                        goes_back_to=cause,
                        faults=faults,
                    )
                    self._enter(delivering, rules)

    def _receivers(self, rules: WebhookRules, account: Account[Any], notice: Notice) -> Sequence[tuple[str, str]]:
        receivers = rules.endpoints(account, notice)
        if notice.url is None:
            return receivers
        named = [receiver for receiver in receivers if receiver[0] == notice.url]
        return named or [(notice.url, receivers[0][1] if receivers else "")]

    def _enter(self, delivering: Delivering, rules: WebhookRules) -> bool:
        schedule_s = rules.terms(delivering.url).schedule_s
        planned_s = schedule_s[delivering.attempt - 1] * self.time_scale
        if rules.jitter and delivering.attempt > 1:
            gap_s = planned_s - schedule_s[delivering.attempt - 2] * self.time_scale
            draw = random.Random(f"{delivering.account.name}:{delivering.id}:{delivering.attempt}").uniform(-1.0, 1.0)
            planned_s += gap_s * rules.jitter * draw
        return self.agenda.enter(delivering.noticed_at_s + planned_s + delivering.delay_s, delivering)

    def hold(self, now_s: float, *, is_on: bool) -> None:
        """Hold back what comes due from now on; or let all go, in the order in which it came due. `now_s` is the
        vendor's clock."""
        if is_on:
            self.bag.is_holding = True
        else:
            self.bag.let_all_go()
            self._send_next(now_s)

    def send(self, ids: Sequence[int], now_s: float) -> int:
        """Send what is held, or what is over once more, in this order; how many. Raises `ValueError`."""
        number = self.bag.line_up(ids)
        self._send_next(now_s)
        return number

    def forget(self, account: Account[Any], now_s: float) -> None:
        """Drop what of an account is in hand."""
        self.bag.forget(account)
        self._send_next(now_s)

    def _send_next(self, now_s: float) -> None:
        while (delivering := self.bag.next_in_order()) is not None:
            if self.agenda.enter(now_s, delivering):
                return
            self.bag.answered(delivering.id)  # there was no room for it: it is counted as dropped

    def is_wanted(self, delivering: Delivering, now_s: float) -> bool:
        """Whether the attempt that is due is still to be made; its secret is then the one in force. False: nothing
        comes of this delivery any more."""
        rules, account, notice = self.rules, delivering.account, delivering.notice
        if rules is None or rules.on_withdrawn is None:
            return True
        for url, secret in self._receivers(rules, account, notice):
            if url == delivering.url:
                delivering.secret = secret
                return True
        self._counts["withdrawn"] += 1
        rules.on_withdrawn(account, notice, delivering.url)
        if self.bag.answered(delivering.id):
            self._send_next(now_s)
        return False

    def sign(self, delivering: Delivering, wall_s: float, machine_s: float) -> OutgoingWebhook:
        """The attempt that is due now, signed now. The host must report on it."""
        delivering.sent_at_s = machine_s
        if delivering.attempt == 1:
            delivering.begun_at_s = machine_s
        rules = self.rules
        if rules is None:
            raise RuntimeError("a delivery without webhook rules")
        content_type, body = rules.serialise(delivering.notice)
        secret = forged(delivering.secret) if delivering.bad_signature else delivering.secret
        signed_s = wall_s - delivering.bad_age_s
        headers = rules.headers(delivering.notice, delivering.url, body, secret, signed_s, delivering.attempt)
        terms = rules.terms(delivering.url)
        timeout_s = terms.timeout_s
        if terms.total_s is not None:
            timeout_s = min(timeout_s, max(0.001, delivering.begun_at_s + terms.total_s - machine_s))
        self.agenda.await_answer(delivering)
        self._counts["attempts"] += 1
        return OutgoingWebhook(
            id=delivering.id,
            url=delivering.url,
            headers={"content-type": content_type, **headers},
            body=body,
            timeout_s=timeout_s,
            connect_timeout_s=min(terms.connect_timeout_s or timeout_s, timeout_s),
            account=delivering.account.name,
            type=delivering.notice.type,
            attempt=delivering.attempt,
        )

    def done(self, webhook_id: int, status: int | None, now_s: float, machine_s: float) -> None:
        """The host's report: another attempt where the vendor makes one. `now_s` is the vendor's clock."""
        rules, delivering = self.rules, self.agenda.answered(webhook_id)
        if self.bag.answered(webhook_id):
            self._send_next(now_s)
        if rules is None or delivering is None:
            return
        self.log.append(
            Attempted(
                webhook_id,
                delivering.account.name,
                delivering.notice.type,
                delivering.url,
                delivering.attempt,
                now_s,
                status,
                delivering.goes_back_to.operation_id,
                delivering.sent_at_s,
            )
        )
        is_wrong = delivering.bad_signature or delivering.bad_age_s > 0
        delivering.was_seen_through = status == GONE or (is_wrong and status is not None and 400 <= status < 500)
        terms = rules.terms(delivering.url)
        again = terms.retry_on(status)
        has_another = delivering.attempt < len(terms.schedule_s)
        last = not (again and has_another and self._has_time(delivering, terms, now_s, machine_s))
        self.book.add(_attempt(delivering, status, machine_s, is_forged=is_wrong, is_last=last))
        if rules.on_result is not None:
            rules.on_result(delivering.account, delivering.notice, delivering.url, delivering.attempt, status, last)
        if last:
            was_answered = status is not None and status != NO_ANSWER
            self._counts["delivered" if was_answered and not again else "given_up"] += 1
            self.bag.over(delivering)
        else:
            delivering.attempt += 1
            # Never before now: the answer may have come in after the next attempt's instant.
            delivering.noticed_at_s = max(
                delivering.noticed_at_s,
                now_s - terms.schedule_s[delivering.attempt - 1] * self.time_scale - delivering.delay_s,
            )
            self._enter(delivering, rules)

    def _has_time(self, delivering: Delivering, terms: Terms, now_s: float, machine_s: float) -> bool:
        """Whether the next attempt would begin before the time for all of them is over."""
        if terms.total_s is None:
            return True
        planned_s = delivering.noticed_at_s + terms.schedule_s[delivering.attempt] * self.time_scale
        wait_s = max(0.0, planned_s + delivering.delay_s - now_s)
        return machine_s + wait_s < delivering.begun_at_s + terms.total_s

    def counts(self) -> dict[str, int]:
        """noticed, lost (by a fault), attempts, delivered, given_up; and withdrawn, where its vendor withdraws any."""
        names = ("noticed", "lost", "attempts", "delivered", "given_up")
        return {name: self._counts[name] for name in (*names, *(["withdrawn"] if self._counts["withdrawn"] else []))}

    def reset(self) -> None:
        """Forget log and counts, and what is in hand."""
        self.log.clear()
        self.bag.forget()
        self.book = Deliveries()
        self._counts.clear()
        self.time_scale = 1.0


def forged(secret: str) -> str:
    """Secrets that are not the endpoint's, as many as it has."""
    return " ".join(f"{each}-forged" for each in secret.split(" "))


def _attempt(
    delivering: Delivering, status: int | None, machine_s: float, *, is_forged: bool, is_last: bool
) -> Attempt:
    return Attempt(
        delivery=delivering.id,
        attempt=delivering.attempt,
        account=delivering.account.name,
        type=delivering.notice.type,
        url=delivering.url,
        operation_id=delivering.goes_back_to.operation_id,
        request_id=delivering.goes_back_to.request_id,
        at_s=delivering.sent_at_s,
        finished_s=machine_s,
        status=status or 0,
        is_forged=is_forged,
        is_last=is_last,
        faults=delivering.faults,
    )


def _strike(mail: Mail, account: str, notice: Notice, cause: Cause, *, plan: Plan, now_s: float) -> tuple[str, ...]:
    """Change the mail as the rules have it that are meant; the ids of those that did."""
    operation = cause.operation_id
    key = operation or cause.idempotency_key
    subject = Subject(
        cause.route,
        cause.method,
        cause.path,
        cause.headers,
        account,
        operation,
        f"{key}:{notice.type}" if key else "",
    )
    struck = []
    for standing, chance in plan.choose_notice(subject, now_s, notice.type):
        fault = standing.rule.fault
        if isinstance(fault, Webhooks) and fault.deliver(mail, chance):
            standing.struck += 1
            struck.append(standing.rule.id)
    return tuple(struck)
