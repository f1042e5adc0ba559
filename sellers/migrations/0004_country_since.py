"""With a new country can be said since when: the version before writes nothing there, which means from that day on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sellers", "0003_seller_file")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            "seller",
            "country_since",
            models.DateField(null=True, help_text="said with a new country; a trigger takes it into the residences"),
        ),
        migrations.AddConstraint(
            "seller",
            models.CheckConstraint(
                condition=models.Q(country_since__isnull=True), name="seller_country_since_is_taken"
            ),
        ),
    ]
