"""The same settings for a stock admin: Django's own templates, and no page of ours."""

from tests.bench.pages.production import *  # noqa: F403

ROOT_URLCONF = "tests.bench.pages.stock_urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
