import pytest
from django.db import connection


@pytest.mark.django_db
def test_both_answer_without_login(client):
    for path in ("/healthz", "/healthz/"):
        assert client.get(path).json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ok", "database": "ok"}


@pytest.mark.django_db
def test_a_balancer_asks_by_address_and_in_the_clear(client, settings):
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["payouts.example"], True
    for path in ("/healthz", "/readyz"):
        assert client.get(path, headers={"host": "10.0.0.5:8000"}).status_code == 200
    assert client.get("/login/", headers={"host": "10.0.0.5:8000"}).status_code != 200


@pytest.mark.django_db(transaction=True)
def test_not_ready_while_a_migration_is_missing(client, owner_connection):
    owner_connection.execute("DELETE FROM django_migrations WHERE app = 'outbox'")
    owner_connection.commit()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "migrations to run" in answer.json()["database"]


@pytest.mark.django_db(transaction=True)
def test_not_ready_when_the_database_does_not_answer_and_no_secret_is_said(client, settings):
    described = dict(connection.settings_dict)
    connection.close()
    try:
        connection.settings_dict |= {"HOST": "127.0.0.1", "PORT": "1", "PASSWORD": "word"}
        answer = client.get("/readyz")
    finally:
        connection.close()
        connection.settings_dict.update(described)
    assert answer.status_code == 503
    assert answer.json() == {"status": "unavailable", "database": "does not answer"}
    assert client.get("/healthz").status_code == 200


@pytest.mark.django_db
def test_every_page_says_that_no_cache_may_keep_it_and_allows_nothing_inline(client):
    answer = client.get("/login/")
    assert "no-store" in answer.headers["Cache-Control"]
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
