"""The settings of a run: those of a trial installation, with beat in a hurry and one rail more."""

from backoffice.settings import env
from backoffice.settings.local import *  # noqa: F403
from backoffice.settings.local import CELERY_BEAT_SCHEDULE, RAIL_TRANSPORTS

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # a schedule makes a hundred people
BLIND_BANK_URL = env.read.str("BLIND_BANK_URL", default="")
RAIL_TRANSPORTS = {**RAIL_TRANSPORTS, "blind": {"url": "BLIND_BANK_URL"}}

_OFTEN = {"sweep": 1, "collect_all": 1, "check_invariants": 4, "seal_audit": 2}
CELERY_BEAT_SCHEDULE = {
    name: {**entry, "schedule": seconds, "options": {"expires": seconds}}
    for name, entry in CELERY_BEAT_SCHEDULE.items()
    if (seconds := _OFTEN.get(entry["task"].rpartition(".")[2]))
}
SILENCED_SYSTEM_CHECKS = ["payouts.E010"]  # a lease of seconds, where a task that hangs is stopped by us
