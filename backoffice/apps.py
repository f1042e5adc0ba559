from django.apps import AppConfig
from django.contrib.admin import apps as stock


class BackofficeConfig(AppConfig):
    name = "backoffice"
    label = "backoffice"
    verbose_name = "Back office"
    default = True

    def ready(self) -> None:
        from backoffice import logins, translator
        from backoffice.doors import sentences
        from sellers.ledger import words

        logins.connect()
        sentences.speak()
        words.speak(translator.Reader())


class AdminConfig(stock.AdminConfig):
    """Django's admin with our site as its default: doors register with it without knowing this room."""

    default = False
    default_site = "backoffice.site.BackOfficeSite"

    def ready(self) -> None:
        """Stock forms would set rights and make others' tokens past the roles and the audit trail: not offered."""
        from django.contrib import admin
        from django.contrib.auth.models import Group, User
        from knox.models import AuthToken

        super().ready()
        admin.site.unregister([User, Group, AuthToken])
