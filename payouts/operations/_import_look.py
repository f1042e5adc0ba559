"""The first look at a file that comes in: what can be no import of its kind is refused at once, and nothing is kept.

Whoever chose the wrong file is told so where they chose it. What may be the right one is read, and its errors stand by
their lines.
"""

from typing import BinaryIO

from django.utils.translation import gettext as _

from backoffice.audit.errors import Refused
from backoffice.words import later
from payouts.queries import statement_words
from payouts.rails import base
from payouts.rails.statements import camt053
from sellers import importing, reading, sniffing
from sellers.ledger import profiles
from sellers.ledger.models import ImportKind
from sellers.sniffing import Look, Shape

_CSV_ADVICE = {
    Shape.PACKED: later("Not read, for it is {what}, not a CSV file: unpack it and choose the CSV inside."),
    Shape.SHEET: later(
        "Not read, for it is {what}, not a CSV file: save its sheet as “CSV UTF-8” and choose that."
    ),
    Shape.PAGE: later(
        "Not read, for it is {what}, not a CSV file: log in at the source again, export the file and choose that."
    ),
    Shape.OTHER: later(
        "Not read, for it is {what}, not a CSV file: choose the file that the source exports as CSV."
    ),
}
_ASK_THE_BANK = later(
    "Not read, for it is {what}, not a camt.053 statement: ask the bank for it in XML and choose that."
)
_STATEMENT_ADVICE = {
    Shape.PACKED: later(
        "Not read, for it is {what}, not a camt.053 statement: unpack it and choose the XML inside."
    ),
    Shape.SHEET: _ASK_THE_BANK,
    Shape.PAGE: later(
        "Not read, for it is {what}, not a camt.053 statement: log in at the bank again, download the statement "
        "and choose that."
    ),
    Shape.OTHER: _ASK_THE_BANK,
}
_HEADER_AND_ROW = 2


class WrongFile(Refused):
    """The file is no import of its kind: a picture, a workbook, a web page, nothing at all. Nothing was kept."""

    code = "wrong_file"


def refuse_others(*, kind: str, profile: str, stream: BinaryIO, name: str) -> None:
    """Raises `WrongFile` for what is none of its ``kind``, and `UnknownProfile`."""
    if kind == ImportKind.STATEMENT:
        _refuse_no_statement(stream, name)
    elif kind == ImportKind.SELLERS:
        _refuse_no_table(stream, name, importing.get(profile).encodings)
    else:
        _refuse_no_table(stream, name, profiles.get(profile, kind).encodings)


def _refuse_no_statement(stream: BinaryIO, name: str) -> None:
    head = _head(stream)
    if not sniffing.lines_that_say(stream, most=1):
        raise WrongFile(_("Not read: the file is empty. Choose the camt.053 as the bank gave it."))
    _refuse(sniffing.look(head, name=name) or sniffing.no_xml(head), _STATEMENT_ADVICE)
    try:
        camt053.refuse_other(head)
    except base.Unreadable as error:
        text = _("Not read: {error} Ask the bank for the camt.053 of the day and choose that.")
        raise WrongFile(text.format(error=statement_words.said(error))) from error


def _refuse_no_table(stream: BinaryIO, name: str, encodings: tuple[str, ...]) -> None:
    head = _head(stream)
    _refuse(sniffing.look(head, name=name) or sniffing.no_table(head), _CSV_ADVICE)
    try:
        reading.candidates(head[:4], encodings)
    except reading.BadFile as error:
        raise WrongFile(str(error)) from error
    match sniffing.lines_that_say(stream, most=_HEADER_AND_ROW):
        case 0:
            raise WrongFile(_("The file is empty. Choose a CSV file with a header and at least one row."))
        case 1:
            raise WrongFile(
                _("The file has one line only. Choose a CSV file with a header and at least one row.")
            )


def _head(stream: BinaryIO) -> bytes:
    stream.seek(0)
    return stream.read(sniffing.HEAD)


def _refuse(found: Look | None, advice: dict[Shape, str]) -> None:
    if found is not None:
        raise WrongFile(advice[found.shape].format(what=found.what))
