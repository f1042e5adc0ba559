"""Paragraphs of several payouts that the same thing stops, told once: how many they are, which, and their sum."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from backoffice.words import number, together
from payouts.queries.why.causes import Explanation
from sellers.ledger import written
from sellers.ledger.money import Money


@dataclass(frozen=True)
class Paragraph:
    """``text`` is told of all of ``about``, of whom ``actor`` has to act."""

    text: str
    actor: str
    about: Sequence[Explanation]


def gathered(told: Iterable[Explanation]) -> list[Paragraph]:
    """The paragraphs in their order, each that is alike with an earlier one told with that."""
    groups: dict[object, list[Explanation]] = {}
    for each in told:
        money = each.facts.money
        alike = (each.shared, each.actor, money.currency) if each.shared and money is not None else id(each)
        groups.setdefault(alike, []).append(each)
    return [Paragraph(_text(group), group[0].actor, group) for group in groups.values()]


def _text(group: Sequence[Explanation]) -> str:
    if len(group) == 1:
        return group[0].text
    amounts = [each.facts.money for each in group if each.facts.money is not None]
    total = Money(sum(each.minor for each in amounts), amounts[0].currency)
    return _("{count} payouts of {total} together do not go on ({references}): {shared}").format(
        count=number(len(group)),
        total=written.text(total),
        references=together(each.facts.reference for each in group),
        shared=group[0].shared,
    )
