"""Functions that run as the owner of the tables: nobody may hang them on a table of their own, or call them."""

import pytest
from django.conf import settings
from django.db import connection

from backoffice.management.commands.grant_app_role import FUNCTIONS

pytestmark = pytest.mark.django_db

_CALLABLE = """
SELECT p.proname FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname = 'public' AND p.prosecdef AND has_function_privilege(%s, p.oid, 'EXECUTE') ORDER BY p.proname
"""


def test_the_programs_role_may_call_only_what_is_granted_to_it():
    with connection.cursor() as cursor:
        cursor.execute(_CALLABLE, [settings.APP_ROLE])
        found = [name for (name,) in cursor.fetchall()]
    assert found == sorted(FUNCTIONS)
