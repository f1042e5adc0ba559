"""What deploy/ says must be what the settings read."""

import re

from tests.architecture import source

EXAMPLE = (source.ROOT / "deploy" / "payouts.env.example").read_text()
NAMED = set(re.findall(r"^#? ?([A-Z][A-Z_]+)=", EXAMPLE, re.MULTILINE))


def test_every_name_in_the_example_is_read_by_the_settings():
    read = " ".join(path.read_text() for path in (source.ROOT / "backoffice" / "settings").glob("*.py"))
    known = set(re.findall(r'"([A-Z][A-Z_]+)"', read)) | {"DJANGO_SETTINGS_MODULE"}
    assert known >= NAMED


def test_the_example_names_everything_that_production_demands():
    strict = (source.ROOT / "backoffice" / "settings" / "strict.py").read_text()
    demanded = {
        name for name in re.findall(r'values\["([A-Z_]+)"\]', strict) if not name.startswith("CELERY_")
    }
    assert demanded - {"DEBUG", "DEMO"} <= NAMED
    assert {"DATABASE_URL", "CELERY_BROKER_URL"} <= NAMED
