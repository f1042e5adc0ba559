"""Japanese bank accounts as Zengin has them: bank, branch, kind, number, and the holder in half-width
kana.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import ClassVar

import jaconv

from payouts.countries.schemes.base import Field, Scheme, Wrong, digits, one_of, spread
from sellers.ledger.words import _, noted

_TYPES = (("1", noted("ordinary, 普通")), ("2", noted("current, 当座")), ("4", noted("savings, 貯蓄")))
_BANKS = {
    "0001": "みずほ銀行",
    "0005": "三菱UFJ銀行",
    "0009": "三井住友銀行",
    "0010": "りそな銀行",
    "0033": "PayPay銀行",
    "0036": "楽天銀行",
    "9900": "ゆうちょ銀行",
}
_HOLDER_BYTES = 30
_TO_LARGE = str.maketrans("ァィゥェォッャュョヮヵヶヲ", "アイウエオツヤユヨワカケオ")
_MARKS = str.maketrans({"ー": "-", "‐": "-", "‑": "-", "–": "-", "—": "-", "−": "-", "・": ".", "　": " "})
_COMPANIES = {"カブシキガイシヤ": "カ", "ユウゲンガイシヤ": "ユ", "ゴウドウガイシヤ": "ド"}


def holder_kana(text: str) -> str:
    """A holder's name in what Zengin carries: half-width kana without small letters, A-Z, 0-9, blank and ( )
    - .

    Hiragana, full-width letters and a company's form written out are converted. Raises `Wrong` for what
    cannot be (kanji, for one) and above 30 characters; a voicing mark is a character of its own, and nothing
    is cut off.
    """
    wide = unicodedata.normalize("NFKC", text).translate(_MARKS)
    wide = jaconv.hira2kata(wide).translate(_TO_LARGE).upper()
    for form, short in _COMPANIES.items():
        wide = re.sub(rf"^{form} ?", f"{short})", wide)
        wide = re.sub(rf" ?{form}$", f"({short}", wide)
    half = re.sub(" +", " ", jaconv.z2h(wide, kana=True, ascii=False, digit=False)).strip()
    if not re.fullmatch("[ｱ-ﾝﾞﾟA-Z0-9 ().-]+", half):
        raise Wrong(
            _("write it in kana, as the bank has it: カ）サンプル. Kanji and other signs cannot be sent")
        )
    if len(half) > _HOLDER_BYTES:
        raise Wrong(
            _("it has {half} characters in half-width kana, and a transfer carries {holder_bytes}").format(
                half=len(half), holder_bytes=_HOLDER_BYTES
            )
        )
    return half


class JpZengin(Scheme):
    """There are no check digits; what guards a transfer is the holder's kana name, which the bank
    compares.
    """

    name: ClassVar[str] = "jp_zengin"
    label: ClassVar[str] = noted("a Japanese account")
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            name="bank",
            label=noted("Bank code"),
            help=noted("Four digits, 銀行コード."),
            pattern=r"\s*[0-9]{4}\s*",
            max_length=8,
            example="0005",
            clean=digits(4),
            input_mode="numeric",
        ),
        Field(
            name="branch",
            label=noted("Branch code"),
            help=noted("Three digits, 支店コード."),
            pattern=r"\s*[0-9]{3}\s*",
            max_length=8,
            example="001",
            clean=digits(3),
            input_mode="numeric",
        ),
        Field(
            name="type",
            label=noted("Kind of account"),
            help=noted("預金種目."),
            pattern="[124]",
            max_length=1,
            example="1",
            clean=one_of(_TYPES),
            choices=_TYPES,
        ),
        Field(
            name="account",
            label=noted("Account number"),
            help=noted("Seven digits, 口座番号; write zeros in front of a shorter one."),
            pattern=r"\s*[0-9]{7}\s*",
            max_length=12,
            example="0123456",
            clean=digits(7, also="; write zeros in front of a shorter one"),
            input_mode="numeric",
        ),
        Field(
            name="kana",
            label=noted("Holder in kana"),
            help=noted("口座名義, exactly as the bank has it; at most 30 half-width characters."),
            pattern=".{1,60}",
            max_length=60,
            example="カ）サンプル",
            clean=holder_kana,
        ),
    )

    def number(self, fields: Mapping[str, str]) -> str:
        return fields["account"]

    def country_of(self, fields: Mapping[str, str]) -> str:
        return "JP"

    def canonical(self, fields: Mapping[str, str]) -> str:
        """With the kind of account, which is part of the number in Japan; without the holder's name."""
        return f"jp_zengin:{fields['bank']}:{fields['branch']}:{fields['type']}:{fields['account']}"

    def bank_name(self, fields: Mapping[str, str]) -> str:
        return _BANKS.get(fields["bank"], "")

    def simulated(self, seed: int, country: str) -> dict[str, str]:
        """The holder is a placeholder; replace `kana` where the seller's name in kana is known."""
        return {
            "bank": list(_BANKS)[seed % len(_BANKS)],
            "branch": spread(seed, 3, "JP branch"),
            "type": "2" if seed % 11 == 0 else "1",
            "account": spread(seed, 7, "JP account"),
            "kana": holder_kana("カ）デモ ショップ " + "アイウエオカキクケコ"[seed % 10]),
        }
