"""The map of the portal. Below `/<organisation>/` everything belongs to one organisation and its members."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from . import views

organisation: list[URLPattern | URLResolver] = [
    path("help/", views.help_page, name="help"),
    path("", include("reports.urls")),
    path("", include("clauses.urls")),
    path("", include("systems.urls")),
    path("", include("evidence.urls")),
    path("", include("organisations.urls")),
]

urlpatterns = [
    path("", views.front_door, name="front-door"),
    path("healthz", views.healthz, name="healthz"),
    path("accounts/", include("allauth.urls")),
    path("invitations/", include("organisations.invitation_urls")),
    path("<slug:organisation>/", include(organisation)),
]

if settings.DEBUG or settings.TESTING:
    from records.kit import kit

    urlpatterns.insert(0, path("kit/", kit, name="kit"))
