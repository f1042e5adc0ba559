"""What django-import-export knows of sellers: the fields, what each accepts, and what changed."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import babel
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext as _
from import_export import fields, resources, widgets
from import_export.instance_loaders import BaseInstanceLoader

from sellers.importing.profiles import FIELDS
from sellers.ledger.models.residence import EARLIEST
from sellers.models import Kind, Seller

BEGINNING = "beginning"


def plain(value: Any) -> str:
    """The value as it is stored and compared: without spaces around it, and one at most between words."""
    return " ".join(str(value or "").split())


class Text(widgets.Widget):
    """A text of limited length, trimmed and without control characters."""

    def __init__(self, *, longest: int = 200, needed: str = "") -> None:
        super().__init__()
        self.longest, self.needed = longest, needed

    def clean(self, value: Any, row: Mapping[str, Any] | None = None, **kwargs: Any) -> str:
        text = plain(value)
        if not text and self.needed:
            raise ValueError(self.needed)
        if len(text) > self.longest:
            raise ValueError(
                _("“{text}…” is longer than {longest} characters.").format(
                    text=text[:20], longest=self.longest
                )
            )
        if not text.isprintable():
            raise ValueError(_("“{text}” has characters that cannot be printed.").format(text=text[:20]))
        return self.accepted(text)

    def accepted(self, text: str) -> str:
        """The text as it is stored. Raises ValueError with a sentence."""
        return text


class CountryCode(Text):
    """A country of ISO 3166-1 by its two letters."""

    def accepted(self, text: str) -> str:
        code = text.upper()
        known = babel.Locale("en").territories
        if not re.fullmatch("[A-Z]{2}", code) or code not in known or code in ("EU", "UN", "EZ", "ZZ"):
            raise ValueError(
                _("“{text}” is no country. Write its two letters of ISO 3166-1, such as FR.").format(
                    text=text[:20]
                )
            )
        return code


class KindWord(Text):
    """Business or person."""

    def accepted(self, text: str) -> str:
        kind = text.lower()
        if kind not in Kind.values:
            raise ValueError(_("“{text}” is neither business nor person.").format(text=text[:20]))
        return kind


class Mail(Text):
    """An e-mail address, or nothing."""

    def accepted(self, text: str) -> str:
        try:
            if text:
                validate_email(text)
        except ValidationError:
            raise ValueError(_("“{text}” is not an e-mail address.").format(text=text[:40])) from None
        return text


class Since(widgets.Widget):
    """A day since `EARLIEST` that is not to come, the word `BEGINNING`, which is the first of all days, or nothing."""

    def clean(self, value: Any, row: Mapping[str, Any] | None = None, **kwargs: Any) -> date | None:
        text = plain(value)
        if not text or text.lower() == BEGINNING:
            return date.min if text else None
        try:
            day = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day, not a moment
        except ValueError:
            told = _("“{text}” is neither a day written as YYYY-MM-DD nor the word {word}.")
            raise ValueError(told.format(text=text[:20], word=BEGINNING)) from None
        if day < EARLIEST:
            raise ValueError(
                _("{day} is before {earliest}: write the day of the move, or the word {word}.").format(
                    day=text, earliest=EARLIEST.isoformat(), word=BEGINNING
                )
            )
        if day > timezone.localdate():
            raise ValueError(_("{day} is yet to come: change the country on that day.").format(day=text))
        return day

    def render(self, value: date | None, obj: Any = None, **kwargs: Any) -> str:
        if value is None:
            return ""
        return BEGINNING if value == date.min else value.isoformat()


class Changes(resources.Diff):
    """In place of the library's HTML, whose inline styles our pages refuse: (field, before, after) of each change."""

    def as_html(self) -> list[tuple[str, str, str]]:
        names = [field.attribute for field in self.resource.get_import_fields()]
        return [
            (name, "" if self.new else str(before), str(after))
            for name, before, after in zip(names, self.left, self.right, strict=False)
            if before != after or (self.new and after)
        ]

    def __init__(self, resource: resources.Resource, instance: Seller, new: bool) -> None:
        super().__init__(resource, instance, new)
        self.resource = resource


class KnownSellers(BaseInstanceLoader):
    """All sellers that the file names, in one query; an empty id is the row's own error, not the loader's."""

    def __init__(self, resource: resources.Resource, dataset: Any = None) -> None:
        super().__init__(resource, dataset)
        ids = set(map(plain, dataset["external_id"])) if len(dataset) else set()
        self._known = {seller.external_id: seller for seller in Seller.objects.filter(external_id__in=ids)}

    def get_instance(self, row: Mapping[str, Any]) -> Seller | None:
        return self._known.get(plain(row["external_id"]))


class SellerResource(resources.ModelResource):
    """Sellers by external id: new ones are created, known ones changed in the columns the file has, none deleted."""

    external_id = fields.Field("external_id", "external_id", Text(needed="The external id is empty."))
    name = fields.Field("name", "name", Text(needed="The name is empty."))
    kind = fields.Field("kind", "kind", KindWord())
    country = fields.Field("country", "country", CountryCode(needed="The country is empty."))
    country_since = fields.Field("country_since", "country_since", Since())
    email = fields.Field("email", "email", Mail())
    phone = fields.Field("phone", "phone", Text(longest=40))
    tax_id = fields.Field("tax_id", "tax_id", Text(longest=40))
    address_line = fields.Field("address_line", "address_line", Text())
    postcode = fields.Field("postcode", "postcode", Text(longest=16))
    city = fields.Field("city", "city", Text())

    class Meta:
        model = Seller
        fields = FIELDS
        import_order = FIELDS
        import_id_fields = ("external_id",)
        instance_loader_class = KnownSellers
        skip_unchanged = True
        report_skipped = True
        store_instance = True
        use_bulk = True
        batch_size = 1000

    def __init__(self) -> None:
        super().__init__()
        self._seen: dict[str, int] = {}

    def get_diff_class(self) -> type[Changes]:
        return Changes

    def get_bulk_update_fields(self) -> list[str]:
        """Only what the file has: never, by the way, a suspension that compliance has set meanwhile."""
        return [name for name in FIELDS if name != "external_id" and name in self._columns]

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        self._seen.clear()
        self._columns = set(dataset.headers or ())

    def before_import_row(self, row: dict[str, Any], **kwargs: Any) -> None:
        """An id that stands twice is an error of the later row. No kind said leaves it as it is: business when new."""
        if not str(row.get("kind", "")).strip():
            row.pop("kind", None)
        key = plain(row["external_id"])
        first = self._seen.setdefault(key, kwargs["row_number"])
        if key and first != kwargs["row_number"]:
            raise ValidationError(
                {"external_id": [_("The seller {key} stands in an earlier row, too.").format(key=key)]}
            )

    def import_instance(self, instance: Seller, row: dict[str, Any], **kwargs: Any) -> None:
        """Since when is said of another country than before alone."""
        before = instance.country
        super().import_instance(instance, row, **kwargs)
        if instance.country_since is not None and before in ("", instance.country):
            told = (
                _("The seller lives in {country} already: leave country_since empty.")
                if before
                else _("The seller is new, and lives in {country} all along: leave country_since empty.")
            )
            raise ValidationError({"country_since": [told.format(country=instance.country)]})

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        """The library would set the table's sequence here, which the program's role may not, and need not."""

    def bulk_create(self, using_transactions: bool, dry_run: bool, *args: Any, **kwargs: Any) -> None:
        """A preview writes nothing, not even to roll it back: that would use up references."""
        if dry_run:
            self.create_instances.clear()
            return
        super().bulk_create(using_transactions, dry_run, *args, **kwargs)

    def bulk_update(self, using_transactions: bool, dry_run: bool, *args: Any, **kwargs: Any) -> None:
        """As `bulk_create`."""
        if dry_run:
            self.update_instances.clear()
            return
        super().bulk_update(using_transactions, dry_run, *args, **kwargs)
