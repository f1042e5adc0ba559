"""A trial or a developer's machine: demo data, secrets made on the spot, the services that `make run` started."""

from backoffice.settings import env, logs
from backoffice.settings.base import *  # noqa: F403
from backoffice.settings.base import BOOKS_COMPANY, DATA_DIR

_services = env.running_services(DATA_DIR)
_secrets = env.generated(DATA_DIR)

DEBUG = env.read.bool("DEBUG", default=False)
DEMO = env.read.bool("DEMO", default=True)
DEMO_PASSWORD = env.read.str("DEMO_PASSWORD", default="demo")
SECRET_KEY = env.read.str("SECRET_KEY", default=_secrets["SECRET_KEY"])
MASTER_KEYS = env.keys(env.read.str("MASTER_KEYS", default=_secrets["MASTER_KEYS"]), name="MASTER_KEYS")
BLIND_INDEX_KEY = env.key(
    env.read.str("BLIND_INDEX_KEY", default=_secrets["BLIND_INDEX_KEY"]), name="BLIND_INDEX_KEY"
)
ALLOWED_HOSTS = env.read.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])

_app_url = env.read.str(
    "DATABASE_URL", default=_services.get("DATABASE_URL", "postgres://payouts_app@127.0.0.1:5432/payouts")
)
_owner_url = env.read.str("DATABASE_OWNER_URL", default=_services.get("DATABASE_OWNER_URL", _app_url))
DATABASES = {"default": env.database(_owner_url if env.as_owner() else _app_url)}
CELERY_BROKER_URL = env.read.str(
    "CELERY_BROKER_URL", default=_services.get("CELERY_BROKER_URL", "redis://127.0.0.1:6379/0")
)
SIMBANK_URL = env.read.str("SIMBANK_URL", default=_services.get("SIMBANK_URL", "http://127.0.0.1:8090"))

if DEMO and not BOOKS_COMPANY["siren"]:  # so that every format can be tried
    BOOKS_COMPANY |= {
        "name": "Demo Marketplace SAS", "siren": "123456782", "datev_consultant": "1001", "datev_client": "1",
        "datev_clearing": "1590", "netsuite_subsidiary": "Demo Marketplace SAS",
    }  # fmt: skip

WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
LOGGING = logs.configuration(as_json=False)
