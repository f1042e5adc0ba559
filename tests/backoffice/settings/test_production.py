"""Production settings, as a process of their own meets them."""

import base64
import os
import pathlib
import secrets
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from backoffice.settings import base, strict

ROOT = pathlib.Path(__file__).resolve().parents[3]


def good(tmp_path: pathlib.Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "backoffice.settings.production",
        "DATA_DIR": str(tmp_path),
        "SECRET_KEY": secrets.token_urlsafe(64),
        "MASTER_KEYS": f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        "BLIND_INDEX_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "ALLOWED_HOSTS": "payouts.example.com",
        "DATABASE_URL": "postgres://payouts_app:word@db.example.com/payouts",
        "OPEN_COUNTRIES": "FR,DE",
        "CELERY_BROKER_URL": "amqp://payouts:word@mq.example.com/payouts",
    }


def manage(environment: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_the_deployment_check_is_clean(tmp_path):
    answer = manage(good(tmp_path), "check", "--deploy", "--fail-level", "WARNING")
    assert answer.returncode == 0, answer.stderr
    assert "no issues (0 silenced)" in answer.stdout


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY must be at least 50 random characters"),
        ({"SECRET_KEY": "a" * 80}, "SECRET_KEY must be at least 50 random characters"),
        (
            {"SECRET_KEY": "django-insecure-" + "x1y2z3w4" * 10},
            "SECRET_KEY must be at least 50 random characters",
        ),
        ({"MASTER_KEYS": {}}, "MASTER_KEYS is missing"),
        ({"MASTER_KEYS": {"k1": b"a" * 32}}, "must be random, not a repeated pattern"),
        ({"MASTER_KEYS": {"k1": bytes(range(32))}, "BLIND_INDEX_KEY": bytes(range(32))}, "must all differ"),
        ({"BLIND_INDEX_KEY": b""}, "BLIND_INDEX_KEY is missing"),
        ({"DEBUG": True}, "DEBUG must be off"),
        ({"DEMO": True}, "DEMO must be off"),
        ({"ALLOWED_HOSTS": ["*"]}, "ALLOWED_HOSTS must name the hosts"),
        ({"ALLOWED_HOSTS": []}, "ALLOWED_HOSTS must name the hosts"),
        ({"HANDOVER_DIR": ""}, "HANDOVER_DIR must name a directory that outlives the database"),
        ({"CELERY_BROKER_URL": ""}, "CELERY_BROKER_URL is missing"),
        ({"CELERY_ACCEPT_CONTENT": ["json", "pickle"]}, "a pickle in a message runs code"),
        ({"CELERY_TASK_SERIALIZER": "pickle"}, "a pickle in a message runs code"),
        ({"SESSION_SERIALIZER": "x.PickleSerializer"}, "must not be a pickle serializer"),
    ],
)
def test_a_start_is_refused_with_what_to_do(change, sentence):
    strict.refuse_weak_settings(fit(), database_url="postgres://a/b")
    with pytest.raises(ImproperlyConfigured) as refusal:
        strict.refuse_weak_settings(fit() | change, database_url="postgres://a/b")
    assert sentence in str(refusal.value)
    assert str(refusal.value).count("\n- ") == 1


def fit() -> dict[str, object]:
    return vars(base) | {
        "SECRET_KEY": secrets.token_urlsafe(64),
        "MASTER_KEYS": {"k1": secrets.token_bytes(32)},
        "BLIND_INDEX_KEY": secrets.token_bytes(32),
        "ALLOWED_HOSTS": ["payouts.example.com"],
        "CELERY_BROKER_URL": "amqp://a/b",
    }


def test_a_real_start_names_every_fault_at_once(tmp_path):
    wrong = {"SECRET_KEY": "", "DEBUG": "1", "CELERY_BROKER_URL": "", "DATABASE_URL": ""}
    answer = manage(good(tmp_path) | wrong, "check")
    assert answer.returncode != 0
    for word in wrong:
        assert f"- {word}" in answer.stderr


def test_keys_that_are_not_32_bytes_in_base64_stop_a_real_start(tmp_path):
    assert (
        "MASTER_KEYS must be NAME:KEY"
        in manage(good(tmp_path) | {"MASTER_KEYS": "k1:c2hvcnQ="}, "check").stderr
    )


def test_a_secret_may_come_from_a_file(tmp_path):
    environment = good(tmp_path)
    (tmp_path / "key").write_text(environment.pop("SECRET_KEY"))
    assert manage(environment | {"SECRET_KEY_FILE": str(tmp_path / "key")}, "check").returncode == 0


def test_with_rabbitmq_queues_are_quorum_queues_and_publishing_is_confirmed(tmp_path):
    shown = manage(
        good(tmp_path), "shell", "-v0", "-c",
        "from django.conf import settings as s;"
        " print(s.CELERY_TASK_DEFAULT_QUEUE_TYPE, s.CELERY_BROKER_TRANSPORT_OPTIONS)",
    )  # fmt: skip
    assert shown.stdout.strip() == "quorum {'confirm_publish': True}", shown.stderr
