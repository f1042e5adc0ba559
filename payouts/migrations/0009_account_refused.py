"""A reason for a hold: the account sent money back. The table of holds is small: checking it again takes no time."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payouts", "0008_desk"),
        ("sellers", "0003_seller_file"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="hold",
            name="hold_reason_is_known",
        ),
        migrations.AlterField(
            model_name="hold",
            name="reason",
            field=models.CharField(
                choices=[
                    ("account_change", "Bank account change to confirm"),
                    ("account_refused", "The bank account sent money back"),
                    ("amount_unusual", "Unusual amount"),
                    ("dispute", "Open dispute or chargebacks"),
                    ("documents", "Documents missing"),
                    ("fraud_suspected", "Fraud suspected"),
                    ("compliance", "Compliance check"),
                    ("rail_rejected", "The bank refused the payment"),
                    ("seller_request", "Asked for by the seller"),
                    ("other", "Other, see the note"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "reason__in",
                        [
                            "account_change",
                            "account_refused",
                            "amount_unusual",
                            "dispute",
                            "documents",
                            "fraud_suspected",
                            "compliance",
                            "rail_rejected",
                            "seller_request",
                            "other",
                        ],
                    )
                ),
                name="hold_reason_is_known",
            ),
        ),
    ]
