"""What holidays are called. The package that knows the days has not every language that we speak."""

from sellers.ledger.words import _, noted

NAMES = frozenset(
    {
        noted("All Souls' Day"),
        noted("Autumnal Equinox Day"),
        noted("Bank Holiday"),
        noted("Birthday of Martin Luther King, Jr."),
        noted("Boxing Day"),
        noted("Carnival"),
        noted("Children's Day"),
        noted("Christmas Day"),
        noted("Christmas Holiday"),
        noted("Columbus Day"),
        noted("Coming of Age Day"),
        noted("Constitution Day"),
        noted("Corpus Christi"),
        noted("Culture Day"),
        noted("Easter Monday"),
        noted("Emperor's Birthday"),
        noted("Foundation Day"),
        noted("Good Friday"),
        noted("Greenery Day"),
        noted("Independence Day"),
        noted("Juneteenth National Independence Day"),
        noted("Labor Day"),
        noted("Labor Thanksgiving Day"),
        noted("Labour Day"),
        noted("Late Summer Bank Holiday"),
        noted("Marine Day"),
        noted("May Day"),
        noted("Memorial Day"),
        noted("Mountain Day"),
        noted("National Day of Zumbi and Black Awareness"),
        noted("National Holiday"),
        noted("New Year's Day"),
        noted("Our Lady of Aparecida"),
        noted("Republic Proclamation Day"),
        noted("Respect for the Aged Day"),
        noted("Showa Day"),
        noted("Sports Day"),
        noted("Spring Bank Holiday"),
        noted("Substitute Holiday"),
        noted("Thanksgiving Day"),
        noted("Tiradentes' Day"),
        noted("Universal Fraternization Day"),
        noted("Vernal Equinox Day"),
        noted("Veterans Day"),
        noted("Washington's Birthday"),
        noted("Worker's Day"),
    }
)
"""The names of the calendars of our countries; a test says when one is missing."""

OBSERVED = " (observed)"


def called(name: str) -> str:
    """A day's holiday in the reader's language, or several; one without words here keeps its English name."""
    return "; ".join(_one(each) for each in name.split("; "))


def _one(name: str) -> str:
    plain = name.removesuffix(OBSERVED)
    return _(plain) if plain == name else _("{holiday} (observed)").format(holiday=_(plain))
