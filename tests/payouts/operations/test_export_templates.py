"""A choice of columns under a name."""

import pytest

from backoffice.audit.errors import NotAllowed
from payouts.exports.kinds import BadExport
from payouts.operations import export_templates
from tests import make

pytestmark = pytest.mark.django_db


def save(actor, *, name="Books", columns=("amount", "reference", "amount"), shared=False, kind="payouts"):
    return export_templates.save(
        kind=kind, name=name, columns=columns, shared=shared, actor=actor, now=make.NOW
    )


def names(actor, kind="payouts"):
    return [each.name for each in export_templates.usable(user_id=actor.user_id, kind=kind)]


def test_a_template_keeps_its_columns_in_their_order():
    assert save(make.person("accountant")).columns == ["amount", "reference"]


def test_ones_own_are_ones_own_and_shared_ones_are_everybodys():
    one, other = make.person("accountant"), make.person("auditor")
    save(one, name="Mine")
    save(one, name="Ours", shared=True)
    assert names(one) == ["Mine", "Ours"]
    assert names(other) == ["Ours"]
    assert names(other, "lines") == []


@pytest.mark.parametrize(
    ("values", "error", "words"),
    [
        ({"name": " "}, export_templates.BadTemplate, "a name"),
        ({"columns": []}, export_templates.BadTemplate, "at least one"),
        ({"columns": ["secret"]}, BadExport, "no column “secret”"),
        ({"kind": "secrets"}, BadExport, "no export"),
        ({"kind": "deeds", "columns": ["who"]}, NotAllowed, "view event"),
    ],
)
def test_what_will_not_do_is_refused_with_a_sentence(values, error, words):
    with pytest.raises(error, match=words):
        save(make.person("accountant"), **values)


def test_a_name_is_taken_once_until_it_is_dropped():
    actor = make.person("accountant")
    made = save(actor)
    with pytest.raises(export_templates.BadTemplate, match="already"):
        save(actor)
    with pytest.raises(export_templates.UnknownTemplate):
        export_templates.drop(template_id=made.pk, actor=make.person("accountant"), now=make.NOW)
    export_templates.drop(template_id=made.pk, actor=actor, now=make.NOW)
    assert names(actor) == []
    save(actor)
