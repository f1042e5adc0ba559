"""The form that asks for a journal, in the reader's language."""

import pytest
from django.utils.translation import override

from sellers.ledger.admin.months import JournalForm


@pytest.mark.parametrize(
    ("language", "words"),
    [("fr", ["Format", "Devise"]), ("es", ["Formato", "Moneda"]), ("ja", ["形式", "通貨"])],
)
def test_its_labels_are_in_the_readers_language(language, words):
    with override(language):
        labels = [str(JournalForm.base_fields[name].label) for name in ("format", "currency")]
    assert labels == words
