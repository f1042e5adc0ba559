"""The places of the back office, named by the reader's work; each shows only to those who may use it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from backoffice.words import number
from payouts.queries import waiting
from payouts.queries.waiting import Waits

CAP = 1_000  # a bigger number is not read, and counting it costs
SEES_ALL = frozenset({"audit.view_event", "payouts.view_payout"})  # an auditor: every place, no verb
ANSWERS = "sellers.add_note"
"""Who writes notes on sellers answers them, too: where their money stands is looked up without a verb."""


@dataclass(frozen=True)
class Place:
    """One entry: its words, its page, who may use it (any one of these; empty means everyone), what waits.

    The words are English and name the place, too; an `Entry` has the reader's. ``waiting`` counts, up to ``cap``
    + 1, what waits for those who may do something about it: any one of ``acts``, of ``any_of`` where that is empty.
    ``late`` makes the number red: somebody has to decide, not only to work through it. ``mine`` counts what waits
    for the reader alone. Who holds all of ``looks`` sees the place, too, without a verb there.
    """

    label: str
    url_name: str
    any_of: tuple[str, ...] = ()
    waiting: Waits | None = None
    late: bool = False
    group: int = 0
    mine: Waits | None = None
    acts: tuple[str, ...] = ()
    looks: tuple[str, ...] = ()

    def counted(self, held: set[str]) -> list[Waits]:
        """What is counted for a reader with these permissions."""
        named = self.acts or self.any_of
        theirs = self.waiting if not named or not held.isdisjoint(named) else None
        return [each for each in (theirs, self.mine) if each is not None]


@dataclass(frozen=True)
class Entry:
    """A place as one reader sees it now, in the reader's language. ``count`` is empty where nothing waits."""

    label: str
    url: str
    count: str
    late: bool
    current: bool
    group: int
    total: int = 0


PLACES = (
    Place(_("Home"), "admin:index"),
    Place(
        _("Review"),
        "admin:payouts_payout_review",
        ("payouts.review_payout",),
        waiting=waiting.to_review,
    ),
    Place(
        _("Approvals"),
        "admin:payouts_payout_approvals",
        ("payouts.approve_payout",),
        waiting=waiting.to_approve,
    ),
    Place(
        _("Holds"),
        "admin:payouts_hold_list",
        ("payouts.place_hold", "payouts.release_hold"),
        waiting=waiting.held,
        acts=("payouts.release_hold",),
        looks=(ANSWERS, "payouts.view_hold"),
    ),
    Place(
        _("Batches"),
        "admin:payouts_batch_list",
        ("payouts.propose_batch", "payouts.approve_batch"),
        waiting=waiting.batches,
        acts=("payouts.approve_batch",),
        looks=(ANSWERS, "payouts.view_batch"),
    ),
    Place(
        _("Failed & returned"),
        "admin:payouts_payout_failed",
        ("payouts.dispose_payout",),
        waiting=waiting.failed,
        late=True,
        looks=(ANSWERS, "payouts.view_payout"),
    ),
    Place(
        _("Unknown"),
        "admin:payouts_submission_unknown",
        ("payouts.resolve_unknown",),
        waiting=waiting.unknown,
        late=True,
    ),
    Place(
        _("Recalls"),
        "admin:payouts_recall_list",
        ("payouts.ask_recall", "payouts.answer_recall"),
        waiting=waiting.recalls,
        acts=("payouts.answer_recall",),
        looks=(ANSWERS, "payouts.view_recall"),
    ),
    Place(_("Payouts"), "admin:payouts_payout_list", ("payouts.view_payout",), group=1),
    Place(_("Sellers"), "admin:sellers_seller_list", ("sellers.view_seller",), group=1),
    Place(_("Why isn’t it paid?"), "admin:payouts_why", ("sellers.view_seller",), group=1),
    Place(
        _("Accounts to verify"),
        "admin:payouts_payoutaccount_list",
        ("payouts.verify_payout_account", "payouts.request_payout_account"),
        waiting=waiting.accounts,
        acts=("payouts.verify_payout_account",),
        group=1,
    ),
    Place(
        _("Adjustments"),
        "admin:ledger_adjustment_list",
        ("ledger.request_adjustment", "ledger.approve_adjustment"),
        waiting=waiting.adjustments,
        acts=("ledger.approve_adjustment",),
        group=1,
    ),
    Place(
        _("Imports"),
        "admin:ledger_import_list",
        (
            "ledger.import_earnings",
            "sellers.import_sellers",
            "ledger.request_adjustment",
            "ledger.approve_adjustment",
            "payouts.reconcile",
        ),
        waiting=waiting.imports,
        acts=("ledger.approve_adjustment", "payouts.reconcile"),
        group=2,
    ),
    Place(_("Runs"), "admin:payouts_run_list", ("payouts.run_payouts",), group=2),
    Place(
        _("Jobs"),
        "admin:payouts_job_list",
        (
            "payouts.review_payout",
            "payouts.approve_payout",
            "payouts.place_hold",
            "payouts.cancel_payout",
            "payouts.propose_batch",
            "payouts.take_out_payout",
            "payouts.dispose_payout",
        ),
        mine=waiting.my_jobs,
        group=2,
    ),
    Place(
        _("Exports"),
        "admin:payouts_export_list",
        ("payouts.request_export",),
        mine=waiting.my_exports,
        group=2,
    ),
    Place(
        _("Reconciliation"),
        "admin:payouts_statement_list",
        ("payouts.reconcile", "payouts.see_reconciliation"),
        waiting=waiting.breaks,
        acts=("payouts.reconcile",),
        group=2,
    ),
    Place(
        _("Books"),
        "admin:ledger_period_list",
        ("ledger.view_period",),
        waiting=waiting.books,
        group=2,
    ),
    Place(
        _("Rails"),
        "admin:payouts_rail_list",
        ("payouts.stop_rail", "payouts.resolve_unknown"),
        waiting=waiting.incidents,
        late=True,
        group=2,
    ),
    Place(_("Audit"), "admin:audit_event_list", ("audit.view_event",), group=3),
    Place(_("Settings"), "admin:settings", ("auth.view_user",), group=3),
)


def entries(*, permissions: Iterable[str], path: str, back: str = "", person_id: int = 0) -> list[Entry]:
    """What a reader with these permissions sees while at ``path``, in order, with counts of what waits.

    ``back`` is the path that the page was asked for from and leads back to: a verb belongs to the place it began in; a
    place itself is where it is.
    """
    held = set(permissions)
    shown = [(place, url) for place in PLACES if _may(place, held) and (url := address(place))]
    urls = [url for _, url in shown]
    here = path if path in urls else (_place_of(back, urls) if back != "/" else "") or _place_of(path, urls)
    what = (each for place, _url in shown for each in place.counted(held))
    counts = waiting.together(what, cap=CAP, person_id=person_id)
    return [
        _entry(place, url, current=url == here, total=sum(counts[each] for each in place.counted(held)))
        for place, url in shown
    ]


def address(place: Place) -> str:
    """The place's URL, or nothing while its page is not part of this installation."""
    try:
        return reverse(place.url_name)
    except NoReverseMatch:
        return ""


def _entry(place: Place, url: str, *, current: bool, total: int) -> Entry:
    words = "" if not total else f"{number(CAP)}+" if total > CAP else number(total)
    return Entry(gettext(place.label), url, words, place.late, current, place.group, total)


def _may(place: Place, held: set[str]) -> bool:
    if not place.any_of or not held.isdisjoint(place.any_of):
        return True
    if place.looks and held.issuperset(place.looks):
        return True
    return held >= SEES_ALL


def _place_of(path: str, urls: Iterable[str]) -> str:
    return max((url for url in urls if _is_at(path, url)), key=len, default="")


def _is_at(path: str, url: str) -> bool:
    return path == url if url == "/" else path.startswith(url)
