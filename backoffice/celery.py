"""The Celery application. Tasks live in `<app>.tasks`; how they run stands in the settings under CELERY_."""

import os

import celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings.local")

app = celery.Celery("backoffice")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
