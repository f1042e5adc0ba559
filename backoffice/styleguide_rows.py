"""Made-up rows for the style guide."""

from datetime import datetime, timedelta
from typing import Any

from sellers.ledger.money import Money

ROWS: list[dict[str, Any]] = [
    {
        "id": 48240,
        "reference": "P48240",
        "land": "ES",
        "name": "Levante Móvil SL",
        "span": "9–22 Nov",
        "age": "2 d",
        "flags": [("Account changed yesterday", True), ("2.7× usual", False)],
        "amounts": [1410000, 1432000, 1399000, 1450000, 1421000, 1436000, 3894000],
        "delta": 1.71,
        "money": Money(3894000, "EUR"),
    },
    {
        "id": 48185,
        "reference": "P48185",
        "land": "DE",
        "name": "Phönix Handys UG",
        "span": "9–22 Nov",
        "age": "2 d",
        "hold": "account_change",
        "flags": [("Shared account", True)],
        "amounts": [400000, 438000, 425000, 470000, 440000, 604430],
        "delta": 0.38,
        "money": Money(604430, "EUR"),
    },
    {
        "id": 48233,
        "reference": "P48233",
        "land": "JP",
        "name": "大阪モバイル再生株式会社",
        "span": "1–15 Nov",
        "age": "1 d",
        "flags": [("Name differs from the account holder", False)],
        "amounts": [820000, 818000, 821500, 819000, 820400, 822000],
        "delta": 0.002,
        "money": Money(822000, "JPY"),
    },
    {
        "id": 48166,
        "reference": "P48166",
        "land": "FR",
        "name": "Camille Roussel",
        "span": "trade-in",
        "age": "1 d",
        "flags": [("First payout", False)],
        "amounts": [31200],
        "delta": None,
        "money": Money(31200, "EUR"),
    },
]

PREVIEW: dict[str, Any] = {
    "count": 3241,
    "sums": [Money(128490671, "EUR"), Money(18440300, "JPY")],
    "rows": [
        {
            "reference": "P48198",
            "name": "Reboot Lyon SAS",
            "money": Money(1893462, "EUR"),
            "note": "as usual",
        },
        {
            "reference": "P48230",
            "name": "リユース東京株式会社",
            "money": Money(4182600, "JPY"),
            "note": "+9%",
        },
    ],
    "more": 3239,
    "refused": [
        {
            "reason": "The bank account changed 2 hours ago: another approver has to look after 26 November.",
            "count": 2,
            "sums": [Money(4521000, "EUR")],
            "references": [{"reference": "P48213", "url": "#"}, {"reference": "P48240", "url": "#"}],
            "url": "#",
        },
        {
            "reason": "Already approved by Marc Duval.",
            "count": 1,
            "sums": [],
            "references": [{"reference": "P48190", "url": "#"}],
        },
    ],
    "follows": [
        "1,204 sellers will be paid on Thursday 26 November.",
        "Nothing is sent before a treasurer approves the batch.",
    ],
}


def flags(now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "level": "bad",
            "title": "Bank account changed 2 days ago",
            "fact": "From ES21 •••• 4417 at CaixaBank to ES76 •••• 0932 at BBVA, from a new device.",
            "by": "Ana Ruiz, seller",
            "at": now - timedelta(days=2),
            "url": "?",
            "link": "See the change",
        },
        {
            "level": "odd",
            "title": "3.1× the usual payout",
            "fact": "Usual €14,492.00 (middle of the last 12). 118 orders against 41.",
            "amounts": [1410000, 1432000, 1399000, 1450000, 4521000],
        },
        {"level": "good", "fact": "Lines add up to the amount. Account not shared. Country matches."},
    ]


def timeline(now: datetime) -> list[dict[str, Any]]:
    return [
        {"title": "Next: a second person approves", "text": "Marc Duval or Aiko Tanaka may", "at": None},
        {
            "title": "Sent to approval",
            "who": "Inès Moreau, analyst",
            "text": "“Plausible. Check the account.”",
            "at": now - timedelta(minutes=12),
            "meaning": "waiting",
        },
        {
            "title": "Payout account changed",
            "who": "Ana Ruiz, seller",
            "at": now - timedelta(days=2),
            "meaning": "stopped",
        },
        {
            "title": "Earlier payout P46020 paid",
            "text": "€14,492.00",
            "at": now - timedelta(days=12),
            "meaning": "done",
        },
    ]
