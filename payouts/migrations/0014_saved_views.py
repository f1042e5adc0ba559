"""Saved views of the payout lists, and pasted lists."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from backoffice.audit.guards import append_only, no_truncate


class Migration(migrations.Migration):
    dependencies = [
        ('payouts', '0013_release_by_two'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DefaultView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.CharField(max_length=20)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='PastedList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(help_text='as it was pasted')),
                ('pasted_at', models.DateTimeField()),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.CharField(help_text='review, approvals or list', max_length=20)),
                ('name', models.CharField(max_length=60)),
                ('query', models.TextField(blank=True, help_text='no cursor in it: it begins at the first page')),
                ('shared', models.BooleanField(default=False)),
                ('changed_at', models.DateTimeField()),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.AddField(
            model_name='defaultview',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='pastedlist',
            name='pasted_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='savedview',
            name='owner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='defaultview',
            name='view',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='default_of', to='payouts.savedview'),
        ),
        migrations.AddConstraint(
            model_name='pastedlist',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='pasted_list_has_text'),
        ),
        migrations.AddIndex(
            model_name='savedview',
            index=models.Index(condition=models.Q(('shared', True)), fields=['place'], name='saved_view_shared'),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.UniqueConstraint(fields=('owner', 'place', 'name'), name='saved_view_name_once'),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='saved_view_has_name'),
        ),
        migrations.AddConstraint(
            model_name='defaultview',
            constraint=models.UniqueConstraint(fields=('person', 'place'), name='default_view_one_a_list'),
        ),
        *no_truncate("payouts_savedview"),
        *no_truncate("payouts_defaultview"),
        *append_only("payouts_pastedlist"),
    ]
