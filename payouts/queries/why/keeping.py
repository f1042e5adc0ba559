"""What keeps a payout from leaving that nothing blocks: its rail is stopped, or it is over a cap."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.audit import holders
from backoffice.words import number, sentences
from payouts import countries
from payouts.models import Batch, CapChange, CapKind, FundingAccount, Payout
from payouts.queries import caps, explain, leaving
from payouts.states import BatchStatus, PayoutStatus
from sellers.ledger import written
from sellers.ledger.money import Money


@dataclass(frozen=True)
class Capped:
    """``words`` say which cap, what is left of it and who lets more go; ``actor`` has to act. ``first``: before that,
    nobody can approve the payout, or its batch.
    """

    words: str
    actor: str
    first: bool


def no_date() -> str:
    """What is said in place of a day while something keeps money from leaving that nobody can say the end of."""
    return _("Until then it has no date.")


def rail_of(payout: Payout) -> str:
    """The rail over which the payout goes; empty where no country file says."""
    if payout.batch is not None:
        return payout.batch.rail
    return countries.get(payout.country).rail if countries.is_open(payout.country) else ""


@dataclass
class Known:
    """What is known of the caps while one answer is put together: of its payouts nothing is asked twice."""

    limits: dict[str, dict[str, int]] = field(default_factory=dict)
    going: dict[tuple[int, int], leaving.Leaving] = field(default_factory=dict)

    def within(self, currency: str) -> dict[str, int]:
        """The caps of a currency in force."""
        if currency not in self.limits:
            self.limits[currency] = caps.limits(currency)
        return self.limits[currency]

    def leaving(self, payout: Payout, batch: Batch, now: datetime) -> leaving.Leaving:
        """What leaves with the batch as far as it is about this payout (`leaving.of_seller`)."""
        key = (batch.pk, payout.seller_id)
        if key not in self.going:
            self.going[key] = leaving.of_seller(
                batch=batch,
                day=explain.deadline(batch, now).value_date,
                seller_id=payout.seller_id,
                within=self.within(batch.currency),
            )
        return self.going[key]


def capped(*, payout: Payout, now: datetime, known: Known | None = None) -> Capped | None:
    """The cap that would keep this payout back if it were sent now; None where it fits.

    Before its approval that is the cap of one payout, which keeps it from being approved. What it is for a day is asked
    once a payout is approved: before, nobody knows on which day it goes, and beside which others. Of a proposed batch
    all that does not fit its funding account leaves before anybody can approve what does.
    """
    known = known or Known()
    if not known.within(payout.currency):
        return None
    if payout.batch is not None:
        return _of_batch(payout, payout.batch, now, known)
    first = payout.status != PayoutStatus.APPROVED
    verdict = _alone(payout, now, known.within(payout.currency))
    words = _("Nobody can approve it: {reason}.") if first else ""
    return _tight(payout, verdict.tight, verdict.reasons, first=words)


def _alone(payout: Payout, now: datetime, within: Mapping[str, int]) -> caps.Verdict:
    """Whether a payout that is in no batch fits, after its approval into those of today as well."""
    limit = within.get(CapKind.PAYOUT)
    if limit is not None and payout.amount_minor > limit:
        cap = Money(limit, payout.currency)
        over = {payout.pk: caps.too_large_words(cap)}
        return caps.Verdict(over=over, tight={payout.pk: caps.Tight(CapKind.PAYOUT, cap, cap)})
    if payout.status != PayoutStatus.APPROVED:
        return caps.Verdict()
    accounts = FundingAccount.objects.filter(active=True, rail=rail_of(payout), currency=payout.currency)
    account, day = accounts.first(), explain.paid_on(payout=payout, now=now)
    if account is None or day is None:
        return caps.Verdict()
    promised = caps.promised(funding=account, day=day, but=0) if CapKind.FUNDING_DAY in within else 0
    return caps.fit(payouts=[payout], funding=account, day=day, promised_minor=promised, within=within)


def _of_batch(payout: Payout, batch: Batch, now: datetime, known: Known) -> Capped | None:
    going = known.leaving(payout, batch, now)
    proposed, full = batch.status == BatchStatus.PROPOSED, len(going.full)
    if proposed and full and payout.pk not in going.full:
        words = ngettext(
            "Nobody can approve its batch: {n} payout of it does not fit the cap of its funding account, and is taken "
            "out first.",
            "Nobody can approve its batch: {n} payouts of it do not fit the cap of its funding account, and are taken "
            "out first.",
            full,
        ).format(n=number(full))
        besides = _tight(payout, going.tight, going.kept, first="")
        said = sentences(words, besides.words) if besides is not None else words
        return Capped(said, holders.whoever("payouts.take_out_payout"), first=True)
    first = proposed and payout.pk in going.tight and (bool(full) or _nothing(batch, going, now, known))
    words = _("Nobody can approve its batch: {reason}.") if first else ""
    return _tight(payout, going.tight, going.kept, first=words)


def _nothing(batch: Batch, going: leaving.Leaving, now: datetime, known: Known) -> bool:
    """Whether nothing at all leaves with a batch of which ``going`` is what this seller has in it."""
    day = explain.deadline(batch, now).value_date
    return not going.count and leaving.nothing(batch=batch, day=day, within=known.within(batch.currency))


def _tight(
    payout: Payout, tights: Mapping[int, caps.Tight], reasons: Mapping[int, str], *, first: str
) -> Capped | None:
    """``first`` says what nobody can do before, of a ``reason``; empty where the payout is only not sent."""
    tight = tights.get(payout.pk)
    if tight is None:
        return None
    keeps = first or _("A cap keeps it back: {reason}.")
    said = [keeps.format(reason=reasons[payout.pk])]
    if tight.kind != CapKind.PAYOUT:
        left = Money(max(tight.left.minor, 0), tight.left.currency)
        said.append(_("{left} of it is left for that day.").format(left=written.text(left)))
    wish = caps.waiting().filter(kind=tight.kind, currency=payout.currency).first()
    if wish is not None:
        enough = tight.limit.minor - tight.left.minor + payout.amount_minor
        actor = holders.whoever("payouts.grant_cap")
        return Capped(sentences(*said, _wished(wish, enough)), actor, bool(first))
    said.append(_("A higher cap needs the word of another person than the one who asks for it."))
    acts = "payouts.change_cap"
    if payout.amount_minor <= tight.limit.minor:  # it fits on another day, in another batch
        acts = "payouts.take_out_payout" if first else "payouts.propose_batch"
    return Capped(sentences(*said), holders.whoever(acts), bool(first))


def _wished(wish: CapChange, enough_minor: int) -> str:
    """The raise that waits, and whether the payout would fit then."""
    name = wish.asked_by.get_full_name() or wish.asked_by.get_username()
    if wish.to_minor is None:
        return _("{name} asked to lift the cap, which another person has to grant.").format(name=name)
    words = _("{name} asked to raise the cap to {to}, which another person has to grant.").format(
        name=name, to=written.text(Money(wish.to_minor, wish.currency))
    )
    too_little = _("Even that would be too little for it.") if wish.to_minor < enough_minor else ""
    return sentences(words, too_little)
