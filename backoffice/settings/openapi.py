"""What drf-spectacular is told, and the introduction to the API's description."""

DESCRIPTION = """\
JSON in and out, UTF-8. Where an id stands in an address, the reference (`P48213`, `B7`, `S12`) serves as well.

**Who calls.** A program sends `Authorization: Token …` and has its user's rights, but never approves, releases \
a hold or does anything else that needs a person. A person at a browser session sends the CSRF token with \
whatever changes something.

**Lists** are the newest first. Go on with `next` of the answer, as it is, until it is null; nothing is counted. \
An unknown parameter is refused, not left out.

**Money** is whole minor units (`amount_minor`) of an ISO 4217 currency, and the same as decimal text \
(`amount`). Moments carry their offset.

**The same call again.** Send `Idempotency-Key` with whatever changes something: after a lost answer the same \
call with the same key gets the first answer, with the header `Idempotent-Replayed: true`, and does nothing.

**When the answer is no** it is `application/problem+json` (RFC 9457): act on `code`, show `detail`. Who has not \
the right is told that (403) before what is wrong with the body (400). 422 is understood and refused; 409 means \
look again.

**Not here.** Files of earnings, sellers and bank statements are imported on the pages or with `manage.py`; bank \
accounts are asked for and verified on the pages.
"""

SETTINGS = {
    "TITLE": "Payout back office",
    "VERSION": "1",
    "DESCRIPTION": DESCRIPTION,
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "PayoutStatus": "payouts.states.PayoutStatus",
        "BatchStatus": "payouts.states.BatchStatus",
        "ExportStatus": "payouts.models.ExportStatus",
        "HoldReason": "payouts.models.HoldReason",
    },
}
