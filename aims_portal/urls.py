"""The map of the portal. Below `/<organisation>/` everything belongs to one organisation and its members."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from records.log_page import log_export, log_page
from records.mention_page import mention_list
from records.past.page import as_of
from records.search_page import search_page
from reports.views.calendar import calendar_feed

from . import views

organisation: list[URLPattern | URLResolver] = [
    path("help/", views.help_page, name="help"),
    path("search/", search_page, name="search"),
    path("mentions/", mention_list, name="mention-list"),
    path("history/", log_page, name="log"),
    path("as-of/", as_of, name="as-of"),
    path("history/export.<str:file_format>", log_export, name="log-export"),
    path("", include("records.sealing.urls")),
    path("", include("reports.urls")),
    path("", include("audits.urls")),
    path("", include("risks.urls")),
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
    path("speak-up/", include("risks.concerns.urls")),
    path("calendar/<str:secret>.ics", calendar_feed, name="calendar-feed"),
    path("api/", include("aims_portal.api_urls")),
    path("<slug:organisation>/", include(organisation)),
]

handler400 = "aims_portal.errors.bad_request"
handler403 = "aims_portal.errors.permission_denied"
handler404 = "aims_portal.errors.page_not_found"
handler500 = "aims_portal.errors.server_error"

if settings.DEBUG or settings.TESTING:
    from records.kit import kit

    urlpatterns.insert(0, path("kit/", kit, name="kit"))
