"""The tests: fixed secrets, cheap password hashes, the database that tests/postgres gives."""

import base64
import pathlib
import tempfile

from backoffice.settings import env, logs
from backoffice.settings.base import *  # noqa: F403

DEMO = True
DEMO_PASSWORD = "demo"  # noqa: S105 - a test value
SECRET_KEY = "only-for-tests-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2
MASTER_KEYS = env.keys("t1:" + base64.b64encode(b"1" * 32).decode(), name="MASTER_KEYS")
BLIND_INDEX_KEY = b"2" * 32
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

OWNER_ROLE, APP_ROLE = "payouts_test_owner", "payouts_test_app"  # as tests/postgres.py makes them
DATABASES = {"default": env.database(env.test_database_url())}

DATA_DIR = pathlib.Path(tempfile.mkdtemp(prefix="payouts-test-"))
SEPA_OUTBOX_DIR = str(DATA_DIR / "sepa" / "outbox")
SEPA_INBOX_DIR = str(DATA_DIR / "sepa" / "inbox")
EXPORT_DIR = str(DATA_DIR / "exports")
AUDIT_ANCHOR_DIR = str(DATA_DIR / "anchors")
HANDOVER_DIR = ""  # tests come and go with their databases; those of restoring keep a journal of their own
BOOKS_COMPANY = {
    "name": "Marketplace SAS", "currency": "EUR", "year_begins": 1, "siren": "123456782", "datev_consultant": "1001",
    "datev_client": "1", "datev_chart": "03", "datev_digits": 4, "datev_clearing": "1590",
    "netsuite_subsidiary": "Marketplace SAS",
}  # fmt: skip
STATIC_ROOT = str(DATA_DIR / "static")

CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
LOGGING = logs.configuration(as_json=False, level="WARNING")
