"""A staged file as django-import-export shows it: a Result of rows, and files of rows or of errors (ADR 0006).

The library's own row-by-row saving is not used for earnings: staged rows are posted as one set.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from import_export import fields, resources
from import_export.results import Result, RowResult

from sellers.ledger.models import Account, StagedEarning
from sellers.ledger.money import Money


def moved(staged: Sequence[StagedEarning]) -> dict[int, date]:
    """By the row's id, the day on which it comes due where a payout has covered the day that the file asks for."""
    sellers = {row.seller_external_id for row in staged}
    covered = {
        (external_id, currency): through
        for external_id, currency, through in Account.objects.filter(
            seller__external_id__in=sellers, covered_through__isnull=False
        ).values_list("seller__external_id", "currency", "covered_through")
    }
    found = {}
    for row in staged:
        through = covered.get((row.seller_external_id, row.currency))
        if through is not None and row.due_date is not None and row.due_date <= through and not row.known:
            found[row.pk] = through + timedelta(days=1)
    return found


class EarningResource(resources.ModelResource):
    """The columns of a preview, of the file of errors, and the words for a row's fate."""

    line = fields.Field("row_number", "line")
    id = fields.Field("external_id", "id")
    seller = fields.Field("seller_external_id", "seller")
    kind = fields.Field("kind", "kind")
    amount = fields.Field(column_name="amount")
    currency = fields.Field("currency", "currency")
    occurred = fields.Field("occurred_date", "occurred")
    due = fields.Field("due_date", "due")
    order = fields.Field("order_ref", "order")
    error = fields.Field("error", "error")

    class Meta:
        model = StagedEarning
        fields = ("line", "id", "seller", "kind", "amount", "currency", "occurred", "due", "order", "error")
        export_order = fields

    def dehydrate_amount(self, staged: StagedEarning) -> str:
        return Money(staged.amount_minor, staged.currency).plain() if staged.amount_minor is not None else ""

    def result(self, staged: Iterable[StagedEarning]) -> Result:
        """These staged rows as the library's Result: new, skipped (known already) or invalid (with the error)."""
        found = Result()
        found.diff_headers = self.get_export_headers()
        for row in staged:
            shown = RowResult()
            shown.instance = row
            shown.diff = [self.export_field(field, row) for field in self.get_export_fields()]
            if row.error:
                shown.import_type = RowResult.IMPORT_TYPE_INVALID
                shown.validation_error = ValidationError(row.error)
                values = dict(zip(found.diff_headers, shown.diff, strict=True))
                found.append_invalid_row(row.row_number, values, shown.validation_error)
            else:
                shown.import_type = RowResult.IMPORT_TYPE_SKIP if row.known else RowResult.IMPORT_TYPE_NEW
            found.increment_row_result_total(shown)
            found.append_row_result(shown)
            found.total_rows += 1
        return found
