"""A person's way of looking at a list of payouts: kept under a name, or a list of references that was pasted."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class SavedView(models.Model):
    """Filter and sort of one list (``place``), as the query string of its address. Its owner alone changes it.

    A shared one is offered to everybody who may see the list.
    """

    app_may_update = ("name", "query", "shared", "changed_at")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    place = models.CharField(max_length=20, help_text="review, approvals or list")
    name = models.CharField(max_length=60)
    query = models.TextField(blank=True, help_text="no cursor in it: it begins at the first page")
    shared = models.BooleanField(default=False)
    changed_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["owner", "place", "name"], name="saved_view_name_once"),
            models.CheckConstraint(name="saved_view_has_name", condition=~Q(name="")),
        ]
        indexes = [models.Index(fields=["place"], condition=Q(shared=True), name="saved_view_shared")]

    def __str__(self) -> str:
        return self.name


class DefaultView(models.Model):
    """The view in which a list opens for one person."""

    app_may_update = ("view",)

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    place = models.CharField(max_length=20)
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="default_of")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["person", "place"], name="default_view_one_a_list"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.place}"


class PastedList(models.Model):
    """References somebody pasted into the search box, too many for an address: L7 stands there for them."""

    append_only = True

    text = models.TextField(help_text="as it was pasted")
    pasted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    pasted_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(name="pasted_list_has_text", condition=~Q(text=""))]

    def __str__(self) -> str:
        return f"L{self.pk}"
