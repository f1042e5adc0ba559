"""What is true everywhere. Values that differ by place come through `env`."""

import datetime
from typing import Any

from backoffice.settings import env, openapi, schedule, storages

BASE_DIR = env.BASE_DIR
DATA_DIR = env.data_dir()

DEBUG = False
DEMO = False
ENVIRONMENT = env.read.str(
    "ENVIRONMENT", default="production"
)  # the badge: test or production; DEMO has its own
INSTALLED_APPS = [
    "backoffice",
    "backoffice.audit",
    "backoffice.outbox",
    "backoffice.people",
    "sellers",
    "sellers.ledger",
    "payouts",
    "backoffice.apps.AdminConfig",  # Django's admin with backoffice.site as its site
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "knox",
    "django_filters",
    "import_export",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "csp",
]
MIDDLEWARE = [
    "backoffice.health.first",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "backoffice.middleware.no_store",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    # Behind whoever is at the session, and their language: what they answer is a page in the frame.
    "backoffice.middleware.no_nul",
    "backoffice.middleware.no_bare_405",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "backoffice.urls"
WSGI_APPLICATION = "backoffice.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "backoffice.context.frame",
            ]
        },
    }
]

# Database. DATABASE_URL is the role that runs the program and owns nothing; migrations run as the owner.
OWNER_ROLE = env.read.str("OWNER_ROLE", default="payouts_owner")
APP_ROLE = env.read.str("APP_ROLE", default="payouts_app")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# People
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = env.read.int("PASSWORD_LINK_HOURS", default=24) * 60 * 60  # of a link to choose one
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "backoffice.error_pages.csrf_failure"
CSRF_COOKIE_HTTPONLY = True  # htmx takes the token from the page

# What a page may do: nothing inline, nothing from another host
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # a bulk action names its payouts one by one

# Words, days and clocks
USE_TZ = True
TIME_ZONE = env.read.str("TIME_ZONE", default="Europe/Paris")
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français"), ("es", "Español"), ("ja", "日本語")]
# A language is offered once all of its words are there (manage.py collect_words).
LOCALE_PATHS = [BASE_DIR / "backoffice" / "locale"]

# Files of our own pages
STATIC_URL = "static/"
STATIC_ROOT = env.read.str("STATIC_ROOT", default=str(DATA_DIR / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"] if (BASE_DIR / "static").is_dir() else []

# API
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "backoffice.doors.api.calling.ByToken",
        "backoffice.doors.api.calling.BySession",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "backoffice.doors.api.calling.ByAuthority",
        "backoffice.doors.api.asking.ByItsAddress",
        "backoffice.doors.api.keys.ByItsKey",
    ],
    "DEFAULT_PARSER_CLASSES": ["backoffice.doors.api.bodies.StrictJSON"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_FILTER_BACKENDS": ["backoffice.doors.api.filtering.StrictFilter"],
    "DEFAULT_PAGINATION_CLASS": "backoffice.doors.api.pages.ByNewest",
    "PAGE_SIZE": 50,
    "DEFAULT_SCHEMA_CLASS": "backoffice.doors.api.schema.Described",
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.UserRateThrottle",
        "rest_framework.throttling.AnonRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {
        "user": env.read.str("API_RATE", default="600/min"),  # per process: the cache is not shared
        "anon": "60/min",
    },
    "EXCEPTION_HANDLER": "backoffice.doors.api.problems.handler",
    "URL_FORMAT_OVERRIDE": None,
}
REST_KNOX = {"AUTH_HEADER_PREFIX": "Token", "TOKEN_TTL": datetime.timedelta(days=90), "AUTO_REFRESH": False}
SPECTACULAR_SETTINGS = openapi.SETTINGS

# Celery is muscle, PostgreSQL is memory: messages are doorbells, results live in rows
CELERY_BROKER_URL = env.read.str("CELERY_BROKER_URL", default="redis://127.0.0.1:6379/0")
CELERY_TASK_SERIALIZER = "json"
CELERY_RESULT_SERIALIZER = "json"
CELERY_EVENT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_RESULT_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 15 * 60
CELERY_TASK_TIME_LIMIT = 20 * 60
CELERY_DB_REUSE_MAX = 1000  # without it the connection is closed after every task: a third of the speed
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {
    "max_retries": 1,
    "interval_start": 0.2,
}  # the sweeper finds what was not sent
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = schedule.BEAT
CELERY_TASK_DEFAULT_QUEUE = "payouts"
if CELERY_BROKER_URL.startswith(("amqp", "pyamqp")):
    CELERY_TASK_DEFAULT_QUEUE_TYPE = "quorum"
    CELERY_TASK_DEFAULT_EXCHANGE_TYPE = "topic"  # a task with a countdown needs it on quorum queues
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {"confirm_publish": True}
else:
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 30 * 60,  # a longer task would run twice
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,
        "socket_timeout": 15,
        "socket_connect_timeout": 3,
    }

# Money
PRODUCTION = False  # real money moves here: rails that only pretend are refused
COUNTRY_DIRS = env.read.list("COUNTRY_DIRS", default=[])  # beside ours; a later file replaces
OPEN_COUNTRIES = env.read.list("OPEN_COUNTRIES", default=[])  # none named: every country with a file
ACCOUNT_WAIT_HOURS = env.read.int("ACCOUNT_WAIT_HOURS", default=72)  # a new bank account is not paid before
IMPORT_MAX_BYTES = env.read.int(
    "IMPORT_MAX_BYTES", default=512 * 1024 * 1024
)  # a larger file is refused unread
STATEMENT_IMPORT_MAX_BYTES = env.read.int(
    "STATEMENT_IMPORT_MAX_BYTES", default=1536 * 1024 * 1024
)  # a day of an account with a million single payments
SELLER_IMPORT_MAX_BYTES = env.read.int("SELLER_IMPORT_MAX_BYTES", default=10 * 1024 * 1024)  # held in memory
SIMBANK_URL = env.read.str("SIMBANK_URL", default="http://127.0.0.1:8090")
SEPA_OUTBOX_DIR = env.read.str("SEPA_OUTBOX_DIR", default=str(DATA_DIR / "sepa" / "outbox"))
SEPA_INBOX_DIR = env.read.str("SEPA_INBOX_DIR", default=str(DATA_DIR / "sepa" / "inbox"))
RAIL_TRANSPORTS = {  # rail to the names of the settings above that say where its other side is
    "sandbox": {"url": "SIMBANK_URL"},
    "sepa": {"outbox": "SEPA_OUTBOX_DIR", "inbox": "SEPA_INBOX_DIR"},
}
SUBMISSION_LEASE_SECONDS = env.lease_seconds()
UNKNOWN_ALERT_MINUTES = env.read.int("UNKNOWN_ALERT_MINUTES", default=30)
BOOKS_TIME_ZONE = env.read.str("BOOKS_TIME_ZONE", default=TIME_ZONE)  # kept by the database when it is made
BOOKS_COMPANY: dict[
    str, Any
] = {  # what accounting's programs ask of the company; empty: their formats are refused
    "name": env.read.str("BOOKS_COMPANY", default=""),
    "currency": env.read.str("BOOKS_CURRENCY", default="EUR"),
    "year_begins": env.read.int("BOOKS_YEAR_BEGINS", default=1),  # the month
    "siren": env.read.str("BOOKS_SIREN", default=""),
    "datev_consultant": env.read.str("BOOKS_DATEV_CONSULTANT", default=""),
    "datev_client": env.read.str("BOOKS_DATEV_CLIENT", default=""),
    "datev_chart": env.read.str("BOOKS_DATEV_CHART", default="03"),
    "datev_digits": env.read.int("BOOKS_DATEV_DIGITS", default=4),
    "datev_clearing": env.read.str("BOOKS_DATEV_CLEARING", default=""),
    "netsuite_subsidiary": env.read.str("BOOKS_NETSUITE_SUBSIDIARY", default=""),
}
EXPORT_DIR = env.read.str("EXPORT_DIR", default=str(DATA_DIR / "exports"))
EXPORT_KEEP_DAYS = env.read.int("EXPORT_KEEP_DAYS", default=7)
# Keys and hashes of rows, to say what changed since: longer than the files, so that a quarter can be compared.
EXPORT_HASHES_KEEP_DAYS = env.read.int("EXPORT_HASHES_KEEP_DAYS", default=100)
# What the API answered to calls with a key, which may name sellers; that a call was done is known for good.
ANSWER_KEEP_DAYS = env.read.int("ANSWER_KEEP_DAYS", default=30)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "exports": storages.exports(),
}
# What is handed over is written down here before: a database restored from a backup does not know it any more.
HANDOVER_DIR = env.read.str("HANDOVER_DIR", default=str(DATA_DIR / "handovers"))
AUDIT_ANCHOR_DIR = env.read.str("AUDIT_ANCHOR_DIR", default=str(DATA_DIR / "anchors"))
