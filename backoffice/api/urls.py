"""/api/v1/. An address works with and without its last slash."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from payouts.api import batches, exports, payouts, runs, schedules
from sellers.api import sellers


class Nowhere(APIView):
    """An address that is none answers with a problem, too, not with a page."""

    permission_classes = [AllowAny]
    schema = None

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        raise NotFound("There is no such address. /api/v1/schema/ lists those there are.")

    def get(self, request: Request, rest: str) -> Response:
        raise NotFound


class Root(APIView):
    """Where everything is, for who looks around with a browser or curl."""

    permission_classes = [AllowAny]
    schema = None

    def get(self, request: Request) -> Response:
        names = [prefix for prefix, _, _ in router.registry]
        places = {
            name: request.build_absolute_uri(f"{request.path.rstrip('/')}/{name}/")
            for name in (*names, "schema")
        }
        return Response(places)


router = SimpleRouter()
router.trailing_slash = "/?"
router.register("payouts", payouts.Payouts, basename="payout")
router.register("batches", batches.Batches, basename="batch")
router.register("runs", runs.Runs, basename="run")
router.register("exports", exports.Exports, basename="export")
router.register("schedules", schedules.Schedules, basename="schedule")
router.register("sellers", sellers.Sellers, basename="seller")

app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", Root.as_view(), name="root"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("", include(router.urls)),
    re_path(r"^(?P<rest>.*)$", Nowhere.as_view(), name="nowhere"),
]
