"""The map for programs: `/api/v1/<organisation>/…`, its description and a page to try it."""

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from audits.api_desk import register_desk
from audits.api_improving import register_improving
from audits.api_registers import register_audits
from audits.api_reviewing import register_reviewing
from clauses.api import RequirementApi
from clauses.api_asking import register_asking
from clauses.api_crosswalks import register_crosswalks
from clauses.api_gaps import register_gaps
from clauses.api_registers import register_registers
from clauses.documents.api import DocumentApi
from clauses.scope.api import ScopeApi
from evidence.api import EvidenceApi
from records.api_comments import CommentApi
from records.api_history import HistoryApi
from reports.api import DashboardApi, ReportApi
from reports.api_readiness import ReadinessApi
from risks.applicability.api import OwnControlApi, StatementApi
from risks.golive.api import DossierApi, GateApi, GoLiveRecordApi
from risks.impact.api import ImpactAssessmentApi
from risks.incidents.api import ConcernApi, IncidentApi
from risks.register.api import RiskApi, RiskCriteriaApi
from risks.treatment.api import AcceptanceApi, TreatmentApi, TreatmentPlanApi
from systems.api import AISystemApi
from systems.api_registers import register_systems

from . import errors, views

router = SimpleRouter(use_regex_path=False)
router.register("requirements", RequirementApi, basename="api-requirement")
register_registers(router)
router.register("documents", DocumentApi, basename="api-document")
router.register("scope", ScopeApi, basename="api-scope-statement")
register_gaps(router)
register_asking(router)
register_crosswalks(router)
router.register("ai-systems", AISystemApi, basename="api-ai-system")
register_systems(router)
router.register("treatments", TreatmentApi, basename="api-treatment")
router.register("treatment-plans", TreatmentPlanApi, basename="api-treatment-plan")
router.register("impact-assessments", ImpactAssessmentApi, basename="api-impact-assessment")
router.register("go-lives", GoLiveRecordApi, basename="api-go-live")
router.register("evidence", EvidenceApi, basename="api-evidence")
router.register("risks", RiskApi, basename="api-risk")
router.register("risk-criteria", RiskCriteriaApi, basename="api-risk-criteria")
router.register("statements", StatementApi, basename="api-statement")
router.register("own-controls", OwnControlApi, basename="api-own-control")
router.register("incidents", IncidentApi, basename="api-incident")
router.register("concerns", ConcernApi, basename="api-concern")
register_audits(router)
register_improving(router)
register_reviewing(router)
register_desk(router)
router.register("reports", ReportApi, basename="api-report")

organisation = [
    path("", include(router.urls)),
    path("risks/<str:reference>/acceptances/", AcceptanceApi.as_view(), name="api-risk-acceptances"),
    path("ai-systems/<str:reference>/go-live/", GateApi.as_view(), name="api-gate"),
    path("ai-systems/<str:reference>/dossier/", DossierApi.as_view(), name="api-dossier"),
    path("dashboard/", DashboardApi.as_view(), name="api-dashboard"),
    path("readiness/", ReadinessApi.as_view(), name="api-readiness"),
    path("comments/", CommentApi.as_view(), name="api-comments"),
    path("history/", HistoryApi.as_view(), name="api-history"),
]

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", views.api_docs, name="api-docs"),
    path("v1/<slug:organisation>/", include(organisation)),
    re_path(r"^", errors.nothing_here, name="api-nothing"),
]
