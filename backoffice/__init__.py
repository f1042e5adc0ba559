"""The composition root: settings, URLs, Celery, admin site, roles. Imports every room; no room imports it."""

from backoffice.celery import app as celery_app

__all__ = ["celery_app"]
