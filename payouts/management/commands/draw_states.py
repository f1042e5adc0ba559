"""manage.py draw_states: writes docs/states.md from payouts/states.py; with --check says whether it is current."""

from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import TextChoices

from payouts import states
from payouts.states import BatchStatus, PayoutStatus, SubmissionStatus

HEAD = """# States

Written by `manage.py draw_states` from `payouts/states.py`; change that, not this. A trigger in the database refuses
every move that is not drawn here, whoever asks.
"""
PAYOUT = """
## Payout

An open hold, on the payout or on its seller, is a row and no status: it stops the moves marked “unless held”. So does a
suspended or an unverified seller. Moves by the program are the consequence of a fact.
"""
BATCH = """
## Batch

Proposing makes its payouts “In a batch”. A missed cut-off asks for approval again.
"""
SUBMISSION = """
## Submission

One hand-over to a rail. Unknown means that nobody knows whether the bank has it: it is looked up, the same bytes may
go again under the same key where the rail knows a repetition, and otherwise two people decide. It is never failed for
want of an answer.
"""
UNLESS = ", unless held"
NAMES = {
    "payouts.review_payout": "who may review",
    "payouts.approve_payout": "who may approve, and did not review",
    "payouts.propose_batch": "who may propose batches",
    "payouts.send_back_payout": "who may send back",
    "payouts.take_out_payout": "who may take out of a batch",
    "payouts.cancel_payout": "who may cancel",
}


class Command(BaseCommand):
    help = "Writes docs/states.md: diagrams and tables of what may follow what, from the transition table."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; fail when the file is not current"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.BASE_DIR / "docs" / "states.md"
        text = drawn()
        if options["check"]:
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                raise CommandError(
                    "docs/states.md is not what payouts/states.py says: run manage.py draw_states."
                )
            return
        path.write_text(text, encoding="utf-8")
        self.stdout.write(f"Wrote {path}")


def drawn() -> str:
    """The whole page."""
    moves = states.TRANSITIONS
    return "".join(
        [
            HEAD,
            PAYOUT,
            _diagram(
                PayoutStatus,
                [(m.source, m.target, f"{m.name}{UNLESS if m.blocked_by_hold else ''}") for m in moves],
            ),
            _table(
                ("From", "Move", "To", "By", "Button"),
                (
                    (
                        m.source.label,
                        f"{m.name}{UNLESS if m.blocked_by_hold else ''}",
                        m.target.label,
                        NAMES.get(m.permission, m.permission) or "the program",
                        "yes" if m.button else "",
                    )
                    for m in moves
                ),
            ),
            BATCH,
            _diagram(BatchStatus, [(source, target, "") for source, target in states.BATCH_TRANSITIONS]),
            _table(("From", "To"), ((s.label, t.label) for s, t in states.BATCH_TRANSITIONS)),
            SUBMISSION,
            _diagram(
                SubmissionStatus, [(source, target, "") for source, target in states.SUBMISSION_TRANSITIONS]
            ),
            _table(("From", "To"), ((s.label, t.label) for s, t in states.SUBMISSION_TRANSITIONS)),
        ]
    )


def _diagram(kind: type[TextChoices], edges: Sequence[tuple[TextChoices, TextChoices, str]]) -> str:
    """Mermaid; the first status of the enum is where everything begins, those without a way on are ends."""
    members: list[TextChoices] = list(kind)
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{status.label}" as {status.value}' for status in members]
    lines.append(f"    [*] --> {members[0].value}")
    lines += [
        f"    {source.value} --> {target.value}{f': {words}' if words else ''}"
        for source, target, words in edges
    ]
    left = {source for source, _, _ in edges}
    lines += [f"    {status.value} --> [*]" for status in members if status not in left]
    return "\n```mermaid\n" + "\n".join(lines) + "\n```\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [_row(head), _row(["---"] * len(head)), *map(_row, rows)]
    return "\n" + "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(map(str, cells)) + " |"
