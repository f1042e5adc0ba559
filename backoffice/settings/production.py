"""Production: nothing is guessed. A missing or weak secret, DEBUG or a pickle serializer stops the start."""

from backoffice.settings import env, logs, strict
from backoffice.settings.base import *  # noqa: F403
from backoffice.settings.base import STORAGES

SECRET_KEY = env.read.str("SECRET_KEY", default="")
MASTER_KEYS = env.keys(env.read.str("MASTER_KEYS", default=""), name="MASTER_KEYS")
BLIND_INDEX_KEY = env.key(env.read.str("BLIND_INDEX_KEY", default=""), name="BLIND_INDEX_KEY")
PRODUCTION = True
DEBUG = env.read.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.read.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS = env.read.list(
    "CSRF_TRUSTED_ORIGINS", default=[f"https://{host}" for host in ALLOWED_HOSTS]
)

_app_url = env.read.str("DATABASE_URL", default="")
_owner_url = env.read.str("DATABASE_OWNER_URL", default="")
CELERY_BROKER_URL = env.read.str("CELERY_BROKER_URL", default="")

strict.refuse_weak_settings(globals(), database_url=_app_url)
DATABASES = {"default": env.database((env.as_owner() and _owner_url) or _app_url)}
DATABASES["default"]["CONN_MAX_AGE"] = env.read.int("CONN_MAX_AGE", default=60)

SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # the proxy must set it itself, see deploy/
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"

STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
}
LOGGING = logs.configuration(as_json=True)
