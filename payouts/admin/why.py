"""Why isn't it paid? One box for a payout, a seller, an order, a batch or the bank's reference; one answer.

The question stands in the address, so that a link shows the same. Nothing here writes.
"""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from backoffice.audit.clock import database_now
from backoffice.doors import pages
from backoffice.doors.addresses import Known
from backoffice.words import later, later_filled
from payouts.queries import languages
from payouts.queries.why import alike, letters, question

FOUND, NOT_FOUND, BAD = 200, 404, 400
KNOWN = Known("q", "seller", kind=question.KINDS, lang=languages.LANGUAGES)


class QuestionForm(forms.Form):
    q = forms.CharField(
        label=later("Payout, seller, order, batch or bank reference"),
        help_text=later(
            "P48213, S1204, the marketplace’s id of a seller, a name, an e-mail, an order "
            "id, P48213A1 or B12."
        ),
        min_length=question.SHORTEST,
        max_length=question.LONGEST,
        error_messages={
            "min_length": later_filled("Type at least {n} characters.", n=question.SHORTEST),
            "max_length": later_filled("Ask about one thing: at most {n} characters.", n=question.LONGEST),
        },
    )


@require_safe
@pages.page("sellers.view_seller", knows=KNOWN)
def why(request: HttpRequest) -> HttpResponse:
    """The box; below it the answer and the text for the seller, or what to choose from."""
    words = " ".join(request.GET.get("q", "").split())
    form = QuestionForm({"q": words} if words else None)
    context: dict[str, Any] = {"title": _("Why isn’t it paid?"), "form": form}
    if not form.is_valid():
        return _page(request, context, BAD if words else FOUND)
    found = question.ask(
        text=words,
        kind=request.GET.get("kind", ""),
        seller=request.GET.get("seller", ""),
        now=database_now(),
    )
    if found.answer is not None:
        return _page(request, context | _answered(request, found.answer))
    context["choices"] = [(each, _url(each)) for each in found.choices]
    context["more"] = found.more
    if found.batch is not None:
        context["about"] = _("Batch {reference}").format(reference=found.batch.reference)
        context["batch"], context["standing"] = found.batch, found.standing
        context["may_see_batch"] = "payouts.view_batch" in pages.permissions(request)
        return _page(request, context)
    if found.choices:
        return _page(request, context)
    language = _language(request, "en")
    letter = letters.not_found(words=words, language=language)
    return _page(request, context | {"words": words} | _letter(request, letter, language), NOT_FOUND)


def _answered(request: HttpRequest, answer: question.Answer) -> dict[str, Any]:
    seller = answer.seller
    language = _language(request, languages.language_of(seller.country))
    letter = letters.letter(
        explanations=answer.explanations,
        language=language,
        name=seller.name,
        country=seller.country,
        order=answer.order,
    )
    about, whom = str(seller.name), str(seller.reference)
    if answer.order or answer.payout is not None:
        about = (
            _("Order {order}").format(order=answer.order)
            if answer.order
            else _("Payout {payout}").format(payout=answer.payout)
        )
        whom = f"{seller.name}, {seller.reference}"
    told = alike.gathered(answer.explanations)
    shown = {"answer": answer, "told": told, "seller": seller, "about": about, "whom": whom}
    return shown | _letter(request, letter, language)


def _language(request: HttpRequest, default: str) -> str:
    return request.GET.get("lang", "") or default


def _letter(request: HttpRequest, letter: str, language: str) -> dict[str, Any]:
    """The text and the tabs that lead to it in the other languages, the question kept."""
    tabs = []
    for code, name in languages.LANGUAGES.items():
        query = request.GET.copy()
        query["lang"] = code
        tabs.append({"label": name, "url": f"?{query.urlencode()}", "current": code == language})
    return {
        "letter": letter,
        "language": language,
        "language_name": languages.called(language),
        "tabs": tabs,
    }


def _url(choice: question.Choice) -> str:
    query = {"q": choice.text, "kind": choice.kind} | ({"seller": choice.seller} if choice.seller else {})
    return f"{reverse('admin:payouts_why')}?{urlencode(query)}"


def _page(request: HttpRequest, context: dict[str, Any], status: int = FOUND) -> HttpResponse:
    return pages.render(request, "admin/payouts/why.html", context, status=status)


urlpatterns = [path("why/", why, name="payouts_why")]
