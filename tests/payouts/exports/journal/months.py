"""A month of entries for the formats' tests, without any database."""

from datetime import UTC, date, datetime

from payouts.exports.journal import FORMATS, Company, Entry, Job, Line, Reading

COMPANY = Company(
    name="Marketplace SAS", siren="123456782", datev_consultant="1001", datev_client="1", datev_clearing="1590",
    netsuite_subsidiary="Marketplace SAS",
)  # fmt: skip
SALE = (("5110", "Payment providers", 10_050, ""), ("4671", "Sellers", -10_050, "S1"))
RETURN = (
    ("5120", "Bank", 9_500, ""),
    ("6270", "Bank charges", 500, ""),
    ("5810", "On their way", -10_000, "S2"),
)
MANY = (("5110", "Payment providers", 700, ""), ("7061", "Commission", 300, ""), ("4671", "Sellers", -600, ""),
        ("4672", "In payouts", -400, ""))  # fmt: skip


def job(currency: str = "EUR", digits: int = 2, **values) -> Job:
    given = {"company": COMPANY, "first_number": 7} | values
    return Job(
        first_day=date(2026, 10, 1),
        last_day=date(2026, 10, 31),
        currency=currency,
        digits=digits,
        closed_at=datetime(2026, 11, 5, 9, 0, tzinfo=UTC),
        **given,
    )


def entry(number: int, lines=SALE, *, day: int = 3, fact: date | None = None, **values) -> Entry:
    booked = date(2026, 10, day)
    given = {
        "ref": f"T{number}",
        "journal": "SAL",
        "journal_label": "Sales",
        "text": f"Sale order-{number}",
        "source": "sale",
    } | values
    return Entry(
        number=number,
        place=number - 6,
        day=booked,
        fact_day=fact or booked,
        lines=[Line(account, label, minor, aux) for account, label, minor, aux in lines],
        **given,
    )


ENTRIES = [entry(7), entry(8, RETURN, day=4, fact=date(2026, 9, 30)), entry(9, MANY, day=31)]


def of(name: str) -> Job:
    return job("JPY", 0) if name == "yayoi" else job()


def write(name: str, entries=None) -> str:
    form, month = FORMATS[name], of(name)
    return form.head(month) + "".join(form.write(each, month) for each in entries or ENTRIES)


def check(name: str, text: str, **values) -> Reading:
    return FORMATS[name].check(text.splitlines(keepends=True), of(name), **values)
