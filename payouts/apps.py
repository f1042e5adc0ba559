from importlib import import_module

from django.apps import AppConfig
from django.conf import settings

from payouts import countries


class PayoutsConfig(AppConfig):
    name = "payouts"
    verbose_name = "Payouts"

    def ready(self) -> None:
        countries.configure(*settings.COUNTRY_DIRS, only=settings.OPEN_COUNTRIES)
        import_module("payouts.checks")  # registers the system checks
