"""One import: how far it is, its preview while it waits, its errors when it was refused, its sums when it is in."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import chain
from pathlib import PurePath
from typing import IO, Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from backoffice.audit import recording
from backoffice.audit.clock import database_now
from backoffice.doors import keyset, pages
from backoffice.doors.addresses import Known
from backoffice.words import labelled
from payouts.queries import import_words, statement_words
from payouts.rails.statements import marking as statements
from payouts.rails.statements.base import Place
from sellers import importing as seller_files
from sellers import marking
from sellers.formulas import harmless
from sellers.ledger import importing, profiles
from sellers.ledger.admin import _import_words
from sellers.ledger.importing import kinds, parts, posting, seen
from sellers.ledger.models import EarningKind, ImportFile, ImportKind, ImportStatus
from sellers.ledger.money import Money

At = TypeVar("At")
_KINDS = dict(EarningKind.choices)
_PIECE = 1 << 16


def found(request: HttpRequest, pk: int) -> ImportFile:
    """The file, where the reader may see its kind. Raises 404 and `PermissionDenied`."""
    file = get_object_or_404(ImportFile.objects.select_related("uploaded_by", "confirmed_by"), pk=pk)
    if file.kind not in _import_words.seen_by(request):
        raise PermissionDenied(_("Your role does not open imports of this kind."))
    return file


@pages.page(*_import_words.EVERY_RIGHT, knows=Known(*keyset.PLACE))
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One file, whatever its kind; a file of sellers has a page of its own once it is read."""
    file = found(request, pk)
    if file.seller_file_id is not None and file.status not in posting.UNDER_WAY:
        return redirect(_import_words.url_of(file))
    page = keyset.page(request, file.staged.all(), newest_first=False)
    days = importing.moved(page.rows) if file.status == ImportStatus.CHECKED else {}
    for row in page.rows:
        row.error = import_words.wrong(file, row.error)
        # For the template, beside the row.
        row.moved_to = days.get(row.pk)  # type: ignore[attr-defined]
        row.kind_word = _KINDS.get(row.kind, row.kind)  # type: ignore[attr-defined]
    result = importing.EarningResource().result(page.rows)
    held = pages.permissions(request)
    rights = kinds.of(file.kind)
    by_two = kinds.by_two(file)
    may_confirm = rights.confirms in held and not (by_two and file.uploaded_by_id == request.user.pk)
    judged = file.kind == ImportKind.CORRECTIONS and file.status == ImportStatus.CHECKED
    statements = [_statement(shown) for shown in file.preview]
    context = {
        "title": file.name,
        "file": file,
        "refused": _import_words.refused(file),
        "wrong": _("The file has errors")
        if _import_words.was_read(file)
        else _("The file could not be read"),
        "trouble": import_words.trouble(file),
        "by": _import_words.who(file),
        "profile": _import_words.profile(file),
        "statements": statements,
        # Once, though both statements of a file between which one lies say it.
        "gaps": list(dict.fromkeys(gap for shown in statements for gap in shown["gaps"])),
        "result": result,
        "pager": page,
        "totals": _import_words.totals(file),
        "sums": _import_words.sums(file),
        "may": rights.brings in held,
        "may_confirm": may_confirm,
        "needs_another": by_two and file.status == ImportStatus.CHECKED,
        "shown": seen.digest(file) if judged and may_confirm else "",
        "new_url": reverse(_import_words.NEW[ImportKind(file.kind)]),
        "adds": _import_words.adds(file),
        "has_copy": rights.brings in held and parts.kept(file) and _import_words.can_be_marked(file),
        "back_url": reverse(_import_words.LIST),
        "back_label": _("Imports"),
        "reference": file.name,
        "timeline_entries": None,
        **_import_words.progress(file, database_now()),
    }
    return pages.render(request, "admin/ledger/importfile/detail.html", context)


def _statement(shown: dict[str, Any]) -> dict[str, Any]:
    """One statement of a bank's file as its row in the preview."""
    money = {
        name: Money(shown[name], shown["currency"]) if shown[name] is not None and shown["currency"] else None
        for name in ("opening", "closing", "credited", "debited")
    }
    problems = shown.get("problems", shown["chain"])
    chain = [statement_words.again(each) for each in problems]
    kept = [each["values"] for each in problems if not isinstance(each, str)]
    gaps = [gap for values in kept if (gap := statement_words.gap(values))]
    day = date.fromisoformat(shown["day"]) if shown["day"] else None
    account = statement_words.reread(shown["account"])
    return {**shown, **money, "day": day, "chain": chain, "gaps": gaps, "account": account}


@require_safe
@pages.page(*_import_words.EVERY_RIGHT)
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The progress alone; once a worker is done the whole page is fetched anew."""
    file = found(request, pk)
    context = _import_words.progress(file, database_now())
    answer = render(request, "admin/ledger/importfile/progress.html", context)
    if not context["going"]:
        answer.headers["HX-Refresh"] = "true"
    return answer


@require_safe
@pages.page(*_import_words.EVERY_RIGHT)
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """The refused file with what is wrong beside each row, for those who bring such files; on the record.

    Only the errors where it is not kept, and for those who only look: it may hold names and account numbers.
    """
    file = found(request, pk)
    brings = kinds.of(file.kind).brings in pages.permissions(request)
    kept = brings and file.status == ImportStatus.REFUSED and _import_words.can_be_marked(file)
    made: IO[bytes] | Iterator[bytes] | None = None
    if kept and file.kind == ImportKind.STATEMENT and parts.kept(file):
        made = statements.made(parts.pieces(file), _by_place(file), label=labelled(_("error"), ""))
    elif kept and (upload := parts.opened(file)) is not None:
        chosen: Any = (
            seller_files.get(file.profile) if file.kind == ImportKind.SELLERS else profiles.get(file.profile)
        )
        with upload:
            made = marking.made(
                upload,
                encodings=chosen.encodings,
                delimiter=chosen.delimiter,
                required=chosen.required,
                errors=marking.by_line(_errors(file)),
            )
    if made is None:
        return errors(request, pk=pk)
    data = {"file": file.name, "kind": file.kind}
    recording.record(
        actor=pages.actor(request), action="import.copy", subject=file, data=data, now=database_now()
    )
    ending, kind = ("xml", "application/xml") if file.kind == ImportKind.STATEMENT else ("csv", "text/csv")
    name = f"{PurePath(file.name).stem}-with-errors.{ending}"
    headers = {"Content-Disposition": content_disposition_header(True, name) or "attachment"}
    answer: Any = FileResponse(made, content_type=kind, headers=headers)  # the stubs make it no HttpResponse
    return answer


def _by_place(file: ImportFile) -> Iterator[tuple[Place, str]]:
    """Errors of a bank's file, in the order of what they are about."""
    wrong = file.staged.exclude(error="").order_by("row_number", "statement_line", "id")
    found = wrong.values_list("row_number", "statement_line", "error").iterator(chunk_size=2000)
    return _for_reader(file, ((Place(statement, line), error) for statement, line, error in found))


def _errors(file: ImportFile) -> Iterator[tuple[int, str]]:
    """Errors of rows, in the order of their lines."""
    if file.seller_file is not None:
        rows = file.seller_file.rows.exclude(error="").order_by("line", "id").values_list("line", "error")
        return _for_reader(file, rows.iterator(chunk_size=2000))
    staged = file.staged.exclude(error="").order_by("row_number", "id").values_list("row_number", "error")
    return _for_reader(file, staged.iterator(chunk_size=2000))


def _for_reader(file: ImportFile, errors: Iterable[tuple[At, str]]) -> Iterator[tuple[At, str]]:
    """In the language of who asks now, which may not be the active one any more when the answer is sent."""
    language = get_language() or "en"

    def told(error: str) -> str:
        with override(language):
            return import_words.wrong(file, error)

    return ((at, told(error)) for at, error in errors)


@require_safe
@pages.page(*_import_words.EVERY_RIGHT)
def errors(request: HttpRequest, pk: int) -> HttpResponse:
    """Every error of a refused file as a CSV, to mend it by; sent as it is read, however many there are."""
    file = found(request, pk)
    head: Sequence[object] = (_("line"), _("error"))
    rows: Iterable[Sequence[object]]
    if file.kind == ImportKind.STATEMENT:
        head = (_("statement"), *head)
        rows = (
            (place.statement or "", place.line or "", harmless(error)) for place, error in _by_place(file)
        )
    else:
        rows = ((line, harmless(error)) for line, error in _errors(file))
    headers = {"Content-Disposition": f'attachment; filename="errors-of-import-{file.pk}.csv"'}
    made: Any = StreamingHttpResponse(  # the stubs make it no HttpResponse
        _as_csv(chain([head], rows)), content_type="text/csv; charset=utf-8", headers=headers
    )
    return made


def _as_csv(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The rows in pieces of some size: each is an answer's own to the network."""
    piece = io.StringIO(newline="")
    writer = csv.writer(piece)
    for row in rows:
        writer.writerow(row)
        if piece.tell() >= _PIECE:
            yield piece.getvalue()
            piece.seek(0)
            piece.truncate()
    yield piece.getvalue()


urlpatterns = [
    path("imports/<int:pk>/", detail, name="ledger_import_detail"),
    path("imports/<int:pk>/progress/", progress, name="ledger_import_progress"),
    path("imports/<int:pk>/copy/", copy, name="ledger_import_copy"),
    path("imports/<int:pk>/errors.csv", errors, name="ledger_import_errors"),
]
