"""Callers of the API: with a token, or at a session."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from knox.models import get_token_model
from rest_framework.test import APIClient

from tests import make


@pytest.fixture(autouse=True)
def _fresh_rates():
    cache.clear()


@pytest.fixture
def token() -> Callable[..., APIClient]:
    """`token("analyst")`: a program with the token of a new user of this role."""

    def caller(role: str = "analyst", *, user=None) -> APIClient:
        _, key = get_token_model().objects.create(user=user or make.user(role))
        return APIClient(HTTP_AUTHORIZATION=f"Token {key}")

    return caller


@pytest.fixture
def session() -> Callable[..., APIClient]:
    """`session("approver")`: a person of this role in a browser."""

    def caller(role: str, *, user=None) -> APIClient:
        client = APIClient()
        client.force_login(user or make.user(role))
        return client

    return caller
