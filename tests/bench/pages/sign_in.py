"""Sessions and an API token in the served database, as JSON: `python -m tests.bench.pages.sign_in`."""

import json

import django
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.db import SessionStore


def main() -> None:
    """Prints the session keys by username, and the auditor's token as `token`."""
    django.setup()
    from knox.models import AuthToken

    found = {}
    names = ["analyst", "approver", "treasurer", "auditor", "admin"]
    for user in get_user_model().objects.filter(username__in=names):
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        found[user.get_username()] = session.session_key
    _, found["token"] = AuthToken.objects.create(get_user_model().objects.get(username="auditor"))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
