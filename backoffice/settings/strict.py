"""What production refuses to start with."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured


def refuse_weak_settings(  # noqa: PLR0912 - one line a fault
    values: Mapping[str, Any], *, database_url: str
) -> None:
    """Raise ImproperlyConfigured, naming every fault at once, unless these settings may meet the world."""
    faults: list[str] = []
    secret = values["SECRET_KEY"]
    if len(secret) < 50 or len(set(secret)) < 5 or secret.startswith("django-insecure"):
        faults.append(
            "SECRET_KEY must be at least 50 random characters (openssl rand -base64 64 | tr -d '\\n')."
        )
    if not values["MASTER_KEYS"]:
        faults.append("MASTER_KEYS is missing: NAME:KEY, the KEY 32 random bytes in base64.")
    if not values["BLIND_INDEX_KEY"]:
        faults.append("BLIND_INDEX_KEY is missing: 32 random bytes in base64.")
    bytes_of_keys = [*values["MASTER_KEYS"].values(), values["BLIND_INDEX_KEY"]]
    if any(len(set(key)) < 8 for key in bytes_of_keys if key):
        faults.append("MASTER_KEYS and BLIND_INDEX_KEY must be random, not a repeated pattern.")
    if len(set(bytes_of_keys)) < len(bytes_of_keys):
        faults.append("MASTER_KEYS and BLIND_INDEX_KEY must all differ.")
    if values["DEBUG"]:
        faults.append("DEBUG must be off: it shows settings and code to whoever meets an error.")
    if values.get("DEMO"):
        faults.append("DEMO must be off: it opens accounts with known passwords.")
    if not values["ALLOWED_HOSTS"] or "*" in values["ALLOWED_HOSTS"]:
        faults.append("ALLOWED_HOSTS must name the hosts you serve, without '*'.")
    if not database_url:
        faults.append("DATABASE_URL is missing: postgres://payouts_app:PASSWORD@HOST:5432/NAME.")
    if not values["CELERY_BROKER_URL"]:
        faults.append("CELERY_BROKER_URL is missing: amqp://USER:PASSWORD@HOST:5672/VHOST or rediss://….")
    if not values.get("HANDOVER_DIR"):
        faults.append(
            "HANDOVER_DIR must name a directory that outlives the database: what was sent is written there."
        )
    spoken = {
        *values["CELERY_ACCEPT_CONTENT"],
        *values["CELERY_RESULT_ACCEPT_CONTENT"],
        values["CELERY_TASK_SERIALIZER"],
        values["CELERY_RESULT_SERIALIZER"],
        values["CELERY_EVENT_SERIALIZER"],
    }
    if spoken != {"json"}:
        faults.append("Celery must speak JSON only: a pickle in a message runs code.")
    if "pickle" in str(values.get("SESSION_SERIALIZER", "")).lower():
        faults.append("SESSION_SERIALIZER must not be a pickle serializer.")
    if faults:
        raise ImproperlyConfigured("These settings are not fit for production:\n- " + "\n- ".join(faults))
