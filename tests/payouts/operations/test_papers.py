"""The paper a finding rests on: kept as it came, encrypted, read on the record, and needed."""

import hashlib

import pytest

from backoffice.audit.errors import NotAllowed, Refused
from backoffice.audit.models import Event
from payouts.models import Evidence, Resolution, Submission
from payouts.operations import papers, unknown
from payouts.operations.papers import Paper
from sellers import vault
from tests import make, make_payouts
from tests.make_payouts import NOW, PAPER

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n rest"


@pytest.fixture
def lost(bank, settings) -> Submission:
    """A submission nobody knows the outcome of."""
    settings.SIMBANK_URL = make_payouts.unused_url()
    make_payouts.submitted([1200], country="US")
    return Submission.objects.get()


def propose(lost: Submission, paper: Paper = PAPER) -> Resolution:
    return unknown.propose(
        submission_id=lost.pk,
        verdict="sent",
        evidence="Seen.",
        paper=paper,
        actor=make.person("treasurer"),
        now=NOW,
    )


def test_a_paper_is_kept_encrypted_with_the_digest_of_its_plain_bytes(lost):
    row = propose(lost).attached
    assert (row.name, row.body_bytes) == (PAPER.name, len(PAPER.body))
    assert row.body_sha256 == hashlib.sha256(PAPER.body).hexdigest()
    assert b"We looked it up" not in bytes(row.body_ciphertext)


def test_whoever_sees_the_desk_reads_it_on_the_record(lost):
    row = propose(lost).attached
    for role in ("approver", "auditor", "treasurer"):
        assert papers.read(evidence_id=row.pk, actor=make.person(role), now=NOW) == (PAPER.name, PAPER.body)
    read = Event.objects.filter(action="unknown.read_evidence", subject_id=lost.pk)
    assert read.count() == 3
    assert read.first().data["sha256"] == row.body_sha256


@pytest.mark.parametrize("role", ["analyst", "support", "compliance", "accountant", "admin"])
def test_others_do_not(lost, role):
    row = propose(lost).attached
    with pytest.raises(NotAllowed):
        papers.read(evidence_id=row.pk, actor=make.person(role), now=NOW)


def test_a_paper_moved_to_another_finding_does_not_open(lost):
    row = propose(lost).attached
    unknown.dismiss(resolution_id=row.resolution_id, actor=make.person("approver"), now=NOW)
    other = Resolution.objects.create(
        submission=lost, verdict="sent", evidence="x", proposed_by=make.user(), proposed_at=NOW
    )
    moved = Evidence.objects.create(
        resolution=other, name=row.name, body_ciphertext=row.body_ciphertext, body_sha256=row.body_sha256,
        body_bytes=row.body_bytes, attached_at=NOW,
    )  # fmt: skip
    with pytest.raises(vault.Unreadable):
        papers.read(evidence_id=moved.pk, actor=make.person("auditor"), now=NOW)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a.pdf", b"%PDF-1.7 x"),
        ("Portal.PNG", PNG),
        ("photo.jpeg", b"\xff\xd8\xff\xe0"),
        ("mail.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("mail.eml", b"Subject: yes\n\nIt is here."),
    ],
)
def test_pdfs_mails_images_and_texts_are_taken(name, body):
    papers.check(Paper(name, body))


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("a.pdf", b"", "An empty file"),
        ("", b"%PDF-", "attach what the bank wrote"),
        ("a.exe", b"MZ", "attach a PDF, an e-mail"),
        ("a.pdf.html", b"<script>", "attach a PDF, an e-mail"),
        ("a.pdf", b"<script>", "is called .pdf and is none"),
        ("a.png", b"%PDF-1.7", "is called .png and is none"),
        ("a.eml", b"MZ\0\0", "is called .eml and is none"),
        ("a.pdf", b"%PDF-" + b"x" * papers.LARGEST, "larger than 5 MB"),
    ],
)
def test_what_nobody_could_read_is_refused_and_nothing_is_written(lost, name, body, words):
    with pytest.raises(papers.BadPaper, match=words):
        propose(lost, Paper(name, body))
    assert not Resolution.objects.exists()


def test_folders_and_control_characters_of_a_name_are_left_out(lost):
    row = propose(lost, Paper("C:\\secret\\../" + "x" * 200 + "\r\n\x1bport.pdf", b"%PDF-1.7")).attached
    assert row.name.endswith("xport.pdf")
    assert len(row.name) == 120


def test_a_finding_from_before_papers_were_asked_for_is_proposed_anew(lost):
    old = Resolution.objects.create(
        submission=lost, verdict="sent", evidence="Seen.", proposed_by=make.user(), proposed_at=NOW
    )
    with pytest.raises(Refused, match="nothing is attached"):
        unknown.confirm(resolution_id=old.pk, actor=make.person("approver"), now=NOW)
