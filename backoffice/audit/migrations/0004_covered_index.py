"""An index that another begins with goes: each event was written into it, too.

Safe while the version before is running.
"""

from django.conf import settings
from django.db import migrations, models

from backoffice.audit.indexes import covered


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("audit", "0003_event_at")]

    operations = [
        covered(
            "event",
            "actor",
            models.ForeignKey(db_index=False, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
            table="audit_event",
            index="audit_event_actor_id_fdb5de2b",
        ),
    ]
