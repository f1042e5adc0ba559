"""The words of a statement in each of the languages it is written in."""

from datetime import date
from functools import lru_cache

from payouts.countries import moments
from payouts.queries.languages import LANGUAGES

_ORDER = tuple(LANGUAGES)
_TABLE = {
    "payout_statement": ("Payout statement", "Relevé de versement", "Liquidación de pago", "支払明細書"),
    "seller_statement": ("Account statement", "Relevé de compte", "Liquidación del vendedor", "取引明細書"),
    "from": ("From", "De", "De", "発行者"),
    "seller": ("Seller", "Vendeur", "Vendedor", "販売者"),
    "payout": ("Payout", "Versement", "Pago", "支払番号"),
    "amount": ("Amount", "Montant", "Importe", "金額"),
    "currency": ("Currency", "Devise", "Moneda", "通貨"),
    "period": ("Period", "Période", "Periodo", "対象期間"),
    "account": ("To the account", "Sur le compte", "A la cuenta", "振込先口座"),
    "status": ("Status", "État", "Estado", "状況"),
    "made": ("Made on", "Établi le", "Emitido el", "作成日"),
    "sent": ("Handed to the bank on", "Remis à la banque le", "Entregado al banco el", "銀行への依頼日"),
    "reissue": ("Replaces", "Remplace", "Sustituye a", "再発行元"),
    "date": ("Date", "Date", "Fecha", "日付"),
    "order": ("Order", "Commande", "Pedido", "注文番号"),
    "what": ("What", "Objet", "Concepto", "摘要"),
    "kind": ("Kind", "Nature", "Tipo", "種別"),
    "lines": ("Lines", "Lignes", "Líneas", "明細数"),
    "made_of": ("What it is made of", "Composition", "Desglose", "内訳"),
    "in_all": ("In all", "Total", "Total", "合計"),
    "first_lines": (
        "The first {shown} of {count} lines; the PDF has them all. Sums are of all lines.",
        "Les {shown} premières lignes sur {count} ; le PDF les a toutes. Les totaux portent sur toutes les lignes.",
        "Las primeras {shown} de {count} líneas; el PDF las contiene todas. Los totales son de todas las líneas.",
        "全{count}件中、最初の{shown}件を表示しています。PDFには全件が記載されます。合計は全件の金額です。",
    ),
    "first_lines_only": (
        "The first {shown} of {count} lines. Sums are of all lines.",
        "Les {shown} premières lignes sur {count}. Les totaux portent sur toutes les lignes.",
        "Las primeras {shown} de {count} líneas. Los totales son de todas las líneas.",
        "全{count}件中、最初の{shown}件を表示しています。合計は全件の金額です。",
    ),
    "balance": ("Balance", "Solde", "Saldo", "残高"),
    "balance_note": (
        "The balance is what was earned and is in no payout yet. A payout that was not delivered comes back to it.",
        "Le solde est ce qui est acquis sans être encore compris dans un versement. Un versement non abouti y revient.",
        "El saldo es lo ganado que aún no está en ningún pago. Un pago que no se entregó vuelve al saldo.",
        "残高は、まだ支払に含まれていない売上等の金額です。送金できなかった支払は残高に戻ります。",
    ),
    "opening": ("Opening balance", "Solde d’ouverture", "Saldo inicial", "期首残高"),
    "closing": ("Closing balance", "Solde de clôture", "Saldo final", "期末残高"),
    "earned": ("Earned", "Acquis", "Ganado", "売上等"),
    "paid_out": ("Put into payouts", "Mis en versement", "Incluido en pagos", "支払への振替"),
    "given_back": ("Given back", "Restitué", "Restituido", "残高への戻し"),
    "payouts": ("Payouts", "Versements", "Pagos", "支払"),
    "status_then": ("Status on {day}", "État au {day}", "Estado a {day}", "{day}時点の状況"),
    "nothing": ("Nothing in this period.", "Rien sur cette période.", "Nada en este periodo.", "該当なし"),
    "page": ("Page {page} of", "Page {page} sur", "Página {page} de", "ページ {page} /"),
    "minus": ("minus", "moins", "menos", "マイナス"),
    # Kinds of earnings, as headings of their lines.
    "sale": ("Sales", "Ventes", "Ventas", "売上"),
    "commission": ("Commissions", "Commissions", "Comisiones", "販売手数料"),
    "refund": ("Refunds", "Remboursements", "Reembolsos", "返金"),
    "chargeback": ("Chargebacks", "Rétrofacturations", "Contracargos", "チャージバック"),
    "fee": ("Fees", "Frais", "Tarifas", "その他手数料"),
    "adjustment": ("Adjustments", "Ajustements", "Ajustes", "調整"),
    "write_off": ("Write-offs", "Abandons de créance", "Condonaciones", "債務免除"),
    "reserve": ("Reserve kept or released", "Réserve retenue ou libérée", "Reserva retenida o liberada", "留保・解除"),
    "rolled": (
        "Amounts of earlier payouts", "Montants de versements antérieurs", "Importes de pagos anteriores",
        "以前の支払の金額",
    ),
    # What became of a payout, in words for its seller: who has to look at it here is not theirs to read.
    "PENDING_REVIEW": ("Being prepared", "En préparation", "En preparación", "準備中"),
    "REVIEWED": ("Being prepared", "En préparation", "En preparación", "準備中"),
    "APPROVED": ("Being prepared", "En préparation", "En preparación", "準備中"),
    "BATCHED": ("Being prepared", "En préparation", "En preparación", "準備中"),
    "SUBMITTED": ("Handed to the bank", "Remis à la banque", "Entregado al banco", "銀行へ依頼済み"),
    "PAID": ("Paid", "Payé", "Pagado", "支払済み"),
    "CANCELLED": ("Cancelled", "Annulé", "Anulado", "取消"),
    "FAILED": ("Not delivered", "Non abouti", "No abonado", "送金不能"),
    "RETURNED": ("Returned by the bank", "Renvoyé par la banque", "Devuelto por el banco", "銀行から返却"),
}  # fmt: skip


def say(language: str, word: str, **values: object) -> str:
    """The words in that language. Raises KeyError for what is not in the table."""
    return _TABLE[word][_ORDER.index(language)].format(**values)


@lru_cache(maxsize=2_000)
def day(on: date, language: str) -> str:
    """A date with its year: "20 Nov 2026"."""
    return span(on, on, language)


def span(first: date, last: date, language: str) -> str:
    """From day to day, both included, always with the year: a statement is read in other years, too."""
    return moments.span(first, last, today=date.min, locale=language)
