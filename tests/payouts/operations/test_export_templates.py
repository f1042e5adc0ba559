"""A choice of columns under a name."""

import pytest

from backoffice.audit.errors import NotAllowed
from backoffice.audit.models import Event
from payouts.exports.kinds import BadExport
from payouts.operations import export_templates, exporting
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
        ({"kind": "deeds", "columns": ["who"]}, NotAllowed, "see the audit trail"),
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


def test_an_export_has_the_columns_of_the_template_that_it_names():
    actor, other = make.person("accountant"), make.person("auditor")
    save(other, name="Books", columns=("status",), shared=True)

    def columns(who, **values):
        made = exporting.request(filters="", format="csv", actor=who, now=make.NOW, **values)
        return made.columns

    assert columns(actor, template=" Books ") == ["status"]
    save(actor, columns=("amount", "reference"))
    assert columns(actor, template="Books") == ["amount", "reference"]
    assert columns(actor, template=" ") == []
    (deed,) = Event.objects.filter(action="export.request", data__columns=["status"])
    assert deed.data["template"] == "Books"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"template": "Nothing"}, "no template “Nothing” of payouts. Choose among Ours"),
        ({"template": "Mine"}, "no template “Mine”"),
        ({"template": "Ours", "kind": "lines"}, "“Ours” is a template of payouts, and not of lines"),
        ({"template": "Ours", "columns": ["amount"]}, "not both"),
        ({"template": "Twice"}, "each share a template “Twice”"),
    ],
)
def test_a_template_that_means_nothing_is_refused_with_a_sentence(values, words):
    owner, other, asker = (make.person("accountant") for _ in range(3))
    save(owner, name="Mine")
    save(owner, name="Ours", shared=True)
    for each in (owner, other):
        save(each, name="Twice", shared=True)
    with pytest.raises(export_templates.BadTemplate, match=words):
        exporting.request(**{"filters": "", "format": "csv", "actor": asker, "now": make.NOW} | values)
