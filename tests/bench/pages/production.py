"""Production's settings, with a look at each request's queries."""

from backoffice.settings.production import *  # noqa: F403
from backoffice.settings.production import MIDDLEWARE

MIDDLEWARE = [*MIDDLEWARE, "tests.bench.pages.watching.watched"]
