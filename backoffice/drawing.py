"""Pictures drawn on the server: points in, SVG coordinates out. Pure; templates write the tags."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

WIDTH, HEIGHT, EDGE = 72.0, 20.0, 3.0
LEAST_SPREAD = 0.2  # of the usual amount: a steady seller's cents do not look like mountains
LABEL_GAP, FULL_WIDTH = 4.0, 12.0  # of a chart's labels, in the units of its picture
ODD = 2.0  # times the usual amount, or that part of it: worth a colour


@dataclass(frozen=True)
class Spark:
    """A line over the last payouts, its dashed usual, and the last point as a dot."""

    points: str
    usual_y: float
    last_x: float
    last_y: float
    odd: bool
    label: str


def spark(amounts: Sequence[int]) -> Spark | None:
    """Amounts in minor units, oldest first, the present one last; None for fewer than two.

    The scale runs from the least to the greatest, never over less than a fifth of the usual amount, so that
    two steady sellers differ where their money does.
    """
    if len(amounts) < 2:
        return None
    usual = sum(amounts[:-1]) / (len(amounts) - 1)  # the mean, as in flags and deltas
    low, high = float(min(amounts)), float(max(amounts))
    short = abs(usual) * LEAST_SPREAD - (high - low)
    if short > 0:
        low, high = low - short / 2, high + short / 2
    spread = (high - low) or 1

    def y(amount: float) -> float:
        return round(HEIGHT - EDGE - (amount - low) / spread * (HEIGHT - 2 * EDGE), 1)

    step = (WIDTH - 4) / (len(amounts) - 1)
    points = [(round(2 + step * at, 1), y(amount)) for at, amount in enumerate(amounts)]
    last_x, last_y = points[-1]
    return Spark(
        points=" ".join(f"{x},{at_y}" for x, at_y in points),
        usual_y=y(usual),
        last_x=last_x,
        last_y=last_y,
        odd=usual > 0 and (amounts[-1] >= ODD * usual or amounts[-1] * ODD <= usual),
        label=ngettext(
            "Last {amounts} payout, {course}", "Last {amounts} payouts, {course}", len(amounts)
        ).format(amounts=len(amounts), course=_course(amounts[-1], usual)),
    )


def _course(now: int, usual: float) -> str:
    if usual <= 0:
        return _("no usual amount")
    share = round((now / usual - 1) * 100)
    if share == 0:
        return _("now as usual")
    return (_("now {share}% above usual") if share > 0 else _("now {share}% below usual")).format(
        share=abs(share)
    )


@dataclass(frozen=True)
class Bar:
    css: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Group:
    """The bars that stand together over one label."""

    label: str
    middle: float
    bars: list[Bar]


@dataclass(frozen=True)
class Chart:
    """Bars with an axis: `ticks` are (y, word); the template adds unit and words."""

    groups: list[Group]
    ticks: list[tuple[float, str]]
    width: int
    height: int
    floor: float


def bars(labels: Sequence[str], series: Sequence[tuple[str, Sequence[float]]]) -> Chart:
    """Grouped bars: `series` are (CSS class, values), the first drawn wide. Values are never negative.

    Where the labels would touch, only every second one is written, or as many as have room.
    """
    width, height, left, top, floor = 610, 192, 40.0, 24.0, 170.0
    ceiling = _round_up(max((value for _unused, values in series for value in values), default=0))
    slot = (width - left - 8) / max(len(labels), 1)
    wide = slot * 0.44
    thin = (slot * 0.44) / max(len(series) - 1, 1)

    def tall(value: float) -> float:
        return round((floor - top) * value / ceiling, 1)

    every = max(ceil((max(map(_breadth, labels), default=0) + LABEL_GAP) / slot), 1)
    groups = []
    for at, label in enumerate(labels):
        x, found = left + slot * at + slot * 0.06, []
        for number, (css, values) in enumerate(series):
            breadth = wide if number == 0 else thin - 1
            high = max(tall(values[at]), 1.5) if values[at] else 0.0
            found.append(Bar(css, round(x, 1), round(floor - high, 1), round(breadth, 1), high))
            x += breadth + 1
        groups.append(Group("" if at % every else label, round(left + slot * (at + 0.44), 1), found))
    steps = 4
    ticks = [
        (round(floor - (floor - top) * n / steps, 1), f"{ceiling * n / steps:g}") for n in range(steps + 1)
    ]
    return Chart(groups, ticks, width, height, floor)


def _breadth(text: str) -> float:
    """About how wide the text is in the picture: a letter of Japanese is as wide as two of others."""
    return sum(FULL_WIDTH if unicodedata.east_asian_width(c) in "WF" else FULL_WIDTH / 2 for c in text)


def _round_up(value: float) -> float:
    if value <= 0:
        return 1.0
    size = 1.0
    while size * 10 < value:
        size *= 10
    while size > value:
        size /= 10
    return next(size * step for step in (1, 2, 4, 5, 8, 10) if size * step >= value)
