"""What imports have written down in English, in the reader's language."""

from payouts.queries import recorded, statement_words
from sellers import row_words
from sellers.ledger.models import ImportFile, ImportKind


def wrong(file: ImportFile, text: str) -> str:
    """What is wrong with a row, a line of a statement or the file."""
    return statement_words.reread(text) if file.kind == ImportKind.STATEMENT else row_words.said(text)


def trouble(file: ImportFile) -> str:
    """Why it did not go on, the last time; "" where nothing kept it."""
    said = statement_words.reread if file.kind == ImportKind.STATEMENT else row_words.trouble
    told = said(file.trouble)
    return recorded.said(file.trouble) if told == file.trouble else told
