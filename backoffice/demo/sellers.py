"""About 400 demo sellers of seven countries, the same for the same seed, and what is particular about some of
them.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from backoffice.audit import recording
from backoffice.audit.actors import SYSTEM, Actor
from backoffice.demo import accounts
from backoffice.demo.names import LANDS, Land
from payouts import countries
from payouts.operations import account_rows
from sellers.models import Kind, Seller, Verification

PERSON_SHARE = 0.12
_OTHER_COUNTRY = {"FR": "ES", "DE": "AT"}  # whose account a few sellers have instead


@dataclass
class Cast:
    """The sellers by id, how big and how old each is, and who plays which part."""

    sellers: list[Seller] = field(default_factory=list)
    size: dict[int, float] = field(default_factory=dict)
    first_week: dict[int, int] = field(default_factory=dict)
    parts: dict[str, list[Seller]] = field(default_factory=dict)

    def plays(self, part: str) -> set[int]:
        """The ids of those who play a part."""
        return {seller.pk for seller in self.parts.get(part, [])}


# The part, how many play it, and where. Each seller plays one at most.
_PARTS: tuple[tuple[str, int, tuple[str, ...]], ...] = (
    ("unverified", 5, ("FR", "ES", "US", "JP", "DE")),
    ("no_account", 4, ("FR", "IT", "GB", "DE")),
    ("negative", 5, ("FR", "ES", "US", "GB", "IT")),
    ("spike", 7, ("ES", "FR", "FR", "DE", "IT", "US", "JP")),
    ("refunds", 5, ("FR", "DE", "ES", "US", "GB")),
    ("suspended", 2, ("DE", "US")),
    ("seller_hold", 2, ("FR", "ES")),
    ("shared_account", 4, ("FR", "FR", "DE", "DE")),
    ("other_holder", 3, ("IT", "US", "FR")),
    ("other_country", 2, ("FR", "DE")),
    ("change_waiting", 3, ("ES", "FR", "US")),
    ("change_verified", 1, ("DE",)),
    ("change_recent", 2, ("FR", "GB")),
    ("adjustment", 3, ("FR", "ES", "US")),
    ("noted", 12, ("FR", "ES", "DE", "IT", "US", "GB", "JP", "FR", "ES", "DE", "US", "JP")),
    ("verified_late", 5, ("FR", "ES", "DE", "IT", "US")),
)


def make(
    *, random: Random, weeks: int, share: float, start: datetime, requester: Actor, verifier: Actor
) -> Cast:
    """The sellers stand, verified and with an account in effect unless their part says otherwise.

    ``share`` makes fewer of them, for tests.
    """
    cast = Cast()
    rows = [
        row
        for code, land in LANDS.items()
        for row in _of(code, land, count=round(land.count * share), random=random, start=start)
    ]
    random.shuffle(rows)
    Seller.objects.bulk_create(rows, batch_size=500)
    cast.sellers = list(Seller.objects.filter(external_id__in=[r.external_id for r in rows]).order_by("pk"))
    recording.record_many(
        actor=SYSTEM,
        action="seller.import",
        now=start,
        subject_type="sellers.seller",
        subjects=[(seller.pk, {"source": "demo"}) for seller in cast.sellers],
    )
    free = [seller for seller in cast.sellers if seller.kind == Kind.BUSINESS]
    for part, count, where in _PARTS:
        cast.parts[part] = [_pick(free, code) for code in where[:count]]
    for seller in cast.sellers:
        cast.size[seller.pk] = random.lognormvariate(0.1, 0.7) * (0.4 if seller.kind == Kind.PERSON else 1)
        late = random.random() < 0.1 and not any(seller.pk in cast.plays(part) for part in cast.parts)
        cast.first_week[seller.pk] = random.randrange(2, weeks) if late else 0
        if seller.pk in cast.plays("verified_late"):
            cast.first_week[seller.pk] = max(weeks - 3, 0)
    _verify(cast, verifier, start)
    _open_accounts(cast, requester, verifier, start)
    return cast


def _pick(free: list[Seller], country: str) -> Seller:
    found = next(seller for seller in free if seller.country == country)
    free.remove(found)
    return found


def _of(code: str, land: Land, *, count: int, random: Random, start: datetime) -> list[Seller]:
    rows: list[Seller] = []
    taken: set[str] = set()
    while len(rows) < count:
        city, postcode = random.choice(land.cities)
        person = random.random() < PERSON_SHARE
        name = _person(code, land, random) if person else _shop(land, random, city)
        if name in taken:
            continue
        taken.add(name)
        number = len(rows) + 1
        rows.append(
            Seller(
                external_id=f"{code.lower()}-{number:04}",
                name=name,
                kind=Kind.PERSON if person else Kind.BUSINESS,
                country=code,
                email=f"{_slug(name) or f'shop-{code.lower()}-{number}'}@mail.example",
                tax_id="" if person else re.sub("#", lambda _: str(random.randrange(10)), land.tax),
                address_line=_address(code, random.choice(land.streets), random.randrange(1, 140)),
                postcode=postcode,
                city=city,
                joined_date=(start - timedelta(days=random.randrange(20, 1400))).date(),
                created_at=start,
            )
        )
    return rows


def _shop(land: Land, random: Random, city: str) -> str:
    shape = random.choice(land.shapes)
    return shape.format(
        shop=random.choice(land.shops), thing=random.choice(land.things), city=city.partition(",")[0]
    )


def _person(code: str, land: Land, random: Random) -> str:
    first, last = random.choice(land.persons[0]), random.choice(land.persons[1])
    return f"{last} {first}" if code == "JP" else f"{first} {last}"


def _address(code: str, street: str, number: int) -> str:
    match code:
        case "JP":
            return f"{street}{1 + number % 20}-{1 + number % 9}"
        case "FR" | "US" | "GB":
            return f"{number} {street}"
    return f"{street} {number}"


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")


def _verify(cast: Cast, verifier: Actor, now: datetime) -> None:
    unknown = cast.plays("unverified") | cast.plays("verified_late")
    known = [seller for seller in cast.sellers if seller.pk not in unknown]
    Verification.objects.bulk_create(
        Verification(
            seller=seller,
            passed=True,
            note="Identity document seen."
            if seller.kind == Kind.PERSON
            else "Register extract and tax number match.",
            decided_by_id=verifier.user_id,
            decided_at=now,
        )
        for seller in known
    )
    Seller.objects.filter(pk__in=[seller.pk for seller in known]).update(verified_at=now)
    recording.record_many(
        actor=verifier,
        action="seller.verify",
        now=now,
        subject_type="sellers.seller",
        subjects=[(seller.pk, {"passed": True}) for seller in known],
    )


def _open_accounts(cast: Cast, requester: Actor, verifier: Actor, now: datetime) -> None:
    wishes = []
    for seller in cast.sellers:
        if seller.pk in cast.plays("no_account"):
            continue
        country = countries.get(seller.country)
        seed = seller.pk
        if seller.pk in cast.plays("shared_account"):
            seed = min(twin.pk for twin in cast.parts["shared_account"] if twin.country == seller.country)
        if seller.pk in cast.plays("other_country"):
            country = countries.get(_OTHER_COUNTRY[seller.country])
        wish = accounts.wish(seller, country, seed=seed)
        if seller.pk in cast.plays("other_holder"):
            wish = account_rows.Wish(
                wish.seller_id, wish.currency, wish.scheme, wish.fields, holder_name="Northbridge Trading Ltd"
            )
        wishes.append(wish)
    accounts.install(wishes, requester=requester, verifier=verifier, now=now)
