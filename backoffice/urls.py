"""The front doors. Their pages are named in backoffice/site.py, the API's in backoffice/api."""

from django.urls import include, path

from backoffice.site import site

handler400 = "backoffice.error_pages.bad_request"
urlpatterns = [
    path("api/v1/", include("backoffice.api.urls")),
    path("", site.urls),
]
