"""The map for programs: `/api/v1/<organisation>/…`, its description and a page to try it."""

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from clauses.api import RequirementApi
from clauses.api_registers import register_registers
from evidence.api import EvidenceApi
from records.api_comments import CommentApi
from records.api_history import HistoryApi
from reports.api import DashboardApi, ReportApi
from systems.api import AISystemApi

from . import errors, views

router = SimpleRouter(use_regex_path=False)
router.register("requirements", RequirementApi, basename="api-requirement")
register_registers(router)
router.register("ai-systems", AISystemApi, basename="api-ai-system")
router.register("evidence", EvidenceApi, basename="api-evidence")
router.register("reports", ReportApi, basename="api-report")

organisation = [
    path("", include(router.urls)),
    path("dashboard/", DashboardApi.as_view(), name="api-dashboard"),
    path("comments/", CommentApi.as_view(), name="api-comments"),
    path("history/", HistoryApi.as_view(), name="api-history"),
]

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", views.api_docs, name="api-docs"),
    path("v1/<slug:organisation>/", include(organisation)),
    re_path(r"^", errors.nothing_here, name="api-nothing"),
]
