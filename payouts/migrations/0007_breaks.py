"""A statement line that matches nothing is resolved by two people, and PostgreSQL holds what may be matched with what."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from backoffice.audit.guards import function, only_columns_change

PROPOSED = """DECLARE
  fine boolean;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.confirmed_at IS NOT NULL OR OLD.dismissed_at IS NOT NULL THEN
      RAISE EXCEPTION 'resolution % was decided already', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF NEW.confirmed_at IS NOT NULL THEN
    RAISE EXCEPTION 'a resolution is proposed before it is confirmed' USING ERRCODE = 'check_violation';
  END IF;
  SELECT l.matched_at IS NULL AND (NEW.other_line_id IS NULL OR EXISTS (
    SELECT 1 FROM payouts_statementline AS o JOIN payouts_statement AS os ON os.id = o.statement_id
    WHERE o.id = NEW.other_line_id AND o.matched_at IS NULL AND o.amount_minor = -l.amount_minor
      AND os.funding_account_id = s.funding_account_id)) INTO fine
  FROM payouts_statementline AS l JOIN payouts_statement AS s ON s.id = l.statement_id WHERE l.id = NEW.line_id;
  IF fine IS NOT TRUE THEN
    RAISE EXCEPTION 'line % is matched, or the other line does not undo it', NEW.line_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END"""

CONFIRMED = """BEGIN
  IF NOT EXISTS (SELECT 1 FROM payouts_statementline WHERE id = NEW.line_id AND resolution_id = NEW.id)
     OR NEW.other_line_id IS NOT NULL AND NOT EXISTS (
       SELECT 1 FROM payouts_statementline WHERE id = NEW.other_line_id AND resolution_id = NEW.id) THEN
    RAISE EXCEPTION 'resolution % was confirmed and its line is not matched by it', NEW.id
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END"""

ONCE = """BEGIN
  IF OLD.matched_at IS NOT NULL THEN
    RAISE EXCEPTION 'line % is matched already', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END"""

# A line is matched by what it names itself, exactly; or by what two people confirmed. Over sets: statements are long.
FITS = """DECLARE
  wrong text;
BEGIN
  SELECT string_agg(n.id::text, ', ') INTO wrong
  FROM new_rows AS n JOIN payouts_statement AS s ON s.id = n.statement_id
  LEFT JOIN payouts_lineresolution AS r ON r.id = n.resolution_id
  LEFT JOIN payouts_attempt AS a ON a.id = n.attempt_id
  LEFT JOIN payouts_submission AS u ON u.id = n.submission_id
  LEFT JOIN payouts_batch AS b ON b.id = u.batch_id
  WHERE NOT coalesce(CASE
    WHEN n.matched_at IS NULL THEN
      n.kind = 'unknown' AND n.attempt_id IS NULL AND n.submission_id IS NULL AND n.resolution_id IS NULL
    WHEN r.id IS NOT NULL AND (r.confirmed_at IS NULL OR n.id NOT IN (r.line_id, coalesce(r.other_line_id, 0))) THEN
      false
    WHEN a.id IS NOT NULL THEN
      a.submission_id = u.id AND b.funding_account_id = s.funding_account_id
      AND a.ended_because NOT IN ('rejected', 'never_sent')
      AND (n.kind = 'debit' AND n.amount_minor = -a.amount_minor
        OR n.kind = 'return' AND n.amount_minor BETWEEN 1 AND a.amount_minor)
      AND CASE WHEN r.id IS NULL THEN a.end_to_end_id = n.end_to_end_id
        ELSE r.verdict = 'payment' AND r.attempt_id = a.id END
    WHEN u.id IS NOT NULL THEN
      n.kind = 'debit' AND b.funding_account_id = s.funding_account_id
      AND -n.amount_minor = (SELECT sum(i.amount_minor) FROM payouts_attempt AS i
        WHERE i.submission_id = u.id AND i.ended_because NOT IN ('rejected', 'never_sent'))
      AND CASE WHEN r.id IS NULL THEN u.key = n.batch_reference
        ELSE r.verdict = 'file' AND r.submission_id = u.id END
    ELSE r.verdict = n.kind AND n.kind IN ('charges', 'funds', 'undone', 'other')
  END, false);
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'neither what it names nor two people match line %', left(wrong, 500)
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END"""

COLUMNS = "kind", "matched_at", "matched_by_id", "submission_id", "attempt_id", "note"


def trigger(name: str, table: str, when: str, what: str, *, kind: str = "TRIGGER") -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE {kind} {name} {when} ON {table} {what}", f"DROP TRIGGER {name} ON {table}"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("payouts", "0006_caps_and_restoration"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LineResolution",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("payment", "It is this payment"),
                            ("file", "It is this whole file of payments"),
                            ("charges", "Bank charges"),
                            ("funds", "Between a payment provider and us"),
                            ("undone", "Undone by another line"),
                            ("other", "Unexplained, with a document"),
                        ],
                        max_length=10,
                    ),
                ),
                ("evidence", models.TextField(help_text="how the person knows, for those who check it")),
                ("document_name", models.CharField(blank=True, max_length=200)),
                ("document_sha256", models.CharField(blank=True, max_length=64)),
                ("document_ciphertext", models.BinaryField(null=True)),
                ("proposed_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("dismissed_at", models.DateTimeField(null=True)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.RunSQL(
            "DROP TRIGGER guard_columns ON payouts_statementline",
            "CREATE TRIGGER guard_columns BEFORE UPDATE ON payouts_statementline FOR EACH ROW EXECUTE FUNCTION "
            f"refuse_other_columns({', '.join(repr(each) for each in COLUMNS)})",
        ),
        migrations.RemoveField(
            model_name="statementline",
            name="matched_by",
        ),
        migrations.RemoveField(
            model_name="statementline",
            name="note",
        ),
        migrations.AlterField(
            model_name="statementline",
            name="kind",
            field=models.CharField(
                choices=[
                    ("debit", "Payments debited"),
                    ("return", "Money came back"),
                    ("charges", "Bank charges"),
                    ("funds", "Payment provider"),
                    ("undone", "Undone"),
                    ("other", "Unexplained"),
                    ("unknown", "Not matched"),
                ],
                default="unknown",
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(fields=["amount_minor", "-id"], name="attempt_amount"),
        ),
        migrations.AddField(
            model_name="lineresolution",
            name="attempt",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payouts.attempt"
            ),
        ),
        migrations.AddField(
            model_name="lineresolution",
            name="confirmed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="lineresolution",
            name="dismissed_by",
            field=models.ForeignKey(
                help_text="null: the line matched by itself meanwhile",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="lineresolution",
            name="line",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="resolutions",
                to="payouts.statementline",
            ),
        ),
        migrations.AddField(
            model_name="lineresolution",
            name="other_line",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="payouts.statementline",
            ),
        ),
        migrations.AddField(
            model_name="lineresolution",
            name="proposed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="lineresolution",
            name="submission",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="payouts.submission",
            ),
        ),
        migrations.AddField(
            model_name="statementline",
            name="resolution",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="explains",
                to="payouts.lineresolution",
            ),
        ),
        migrations.AddConstraint(
            model_name="statementline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["debit", "return", "charges", "funds", "undone", "other", "unknown"])
                ),
                name="statement_line_kind_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="statementline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("attempt__isnull", False)),
                fields=("attempt", "kind"),
                name="statement_line_attempt_moves_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="statementline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("attempt__isnull", True), ("submission__isnull", False)),
                fields=("submission", "kind"),
                name="statement_line_file_moves_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="lineresolution",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmed_by__isnull", True),
                    models.Q(("confirmed_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="line_resolution_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="lineresolution",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("confirmed_at__isnull", True), ("confirmed_by__isnull", True)),
                    models.Q(
                        ("confirmed_at__isnull", False),
                        ("confirmed_by__isnull", False),
                        ("dismissed_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="line_resolution_decided_one_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="lineresolution",
            constraint=models.CheckConstraint(
                condition=models.Q(("evidence", ""), _negated=True), name="line_resolution_has_evidence"
            ),
        ),
        migrations.AddConstraint(
            model_name="lineresolution",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("attempt__isnull", False),
                        ("other_line__isnull", True),
                        ("submission__isnull", True),
                        ("verdict", "payment"),
                    ),
                    models.Q(
                        ("attempt__isnull", True),
                        ("other_line__isnull", True),
                        ("submission__isnull", False),
                        ("verdict", "file"),
                    ),
                    models.Q(
                        ("attempt__isnull", True),
                        ("other_line__isnull", False),
                        ("submission__isnull", True),
                        ("verdict", "undone"),
                    ),
                    models.Q(
                        ("attempt__isnull", True),
                        ("other_line__isnull", True),
                        ("submission__isnull", True),
                        ("verdict__in", ["charges", "funds", "other"]),
                    ),
                    _connector="OR",
                ),
                name="line_resolution_names_one_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="lineresolution",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("verdict", "other"), _negated=True),
                    models.Q(
                        ("document_ciphertext__isnull", False),
                        models.Q(("document_name", ""), _negated=True),
                        models.Q(("document_sha256", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="line_resolution_has_document",
            ),
        ),
        migrations.AddConstraint(
            model_name="lineresolution",
            constraint=models.UniqueConstraint(
                condition=models.Q(("dismissed_at__isnull", True)),
                fields=("line",),
                name="line_resolution_one_stands",
            ),
        ),
        migrations.AddConstraint(
            model_name="lineresolution",
            constraint=models.UniqueConstraint(
                condition=models.Q(("dismissed_at__isnull", True)),
                fields=("other_line",),
                name="line_resolution_undoes_once",
            ),
        ),
        trigger(
            "guard_columns",
            "payouts_statementline",
            "BEFORE UPDATE",
            "FOR EACH ROW EXECUTE FUNCTION "
            "refuse_other_columns('kind', 'matched_at', 'submission_id', 'attempt_id', 'resolution_id')",
        ),
        *only_columns_change(
            "payouts_lineresolution", "confirmed_by_id", "confirmed_at", "dismissed_by_id", "dismissed_at"
        ),
        function("payouts_resolution_proposed()", PROPOSED),
        trigger(
            "guard_resolution_proposed",
            "payouts_lineresolution",
            "BEFORE INSERT OR UPDATE",
            "FOR EACH ROW EXECUTE FUNCTION payouts_resolution_proposed()",
        ),
        function("payouts_resolution_explains()", CONFIRMED),
        trigger(
            "guard_resolution_explains",
            "payouts_lineresolution",
            "AFTER UPDATE",
            "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.confirmed_at IS NOT NULL) "
            "EXECUTE FUNCTION payouts_resolution_explains()",
            kind="CONSTRAINT TRIGGER",
        ),
        function("payouts_line_matched_once()", ONCE),
        trigger(
            "guard_line_matched_once",
            "payouts_statementline",
            "BEFORE UPDATE",
            "FOR EACH ROW EXECUTE FUNCTION payouts_line_matched_once()",
        ),
        function("payouts_line_fits()", FITS),
        *(
            trigger(
                f"guard_line_fits_{when.lower()}",
                "payouts_statementline",
                f"AFTER {when}",
                "REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION payouts_line_fits()",
            )
            for when in ("INSERT", "UPDATE")
        ),
    ]
