from django.urls import path

from risks.applicability import views as applicability
from risks.concerns.views import ConcernViews, answer_page
from risks.criteria import pages as criteria_pages
from risks.dossier.page import dossier_page, start_next_assessment
from risks.golive.pages import GoLiveViews, gate_page
from risks.impact.pages import urls as impact_urls
from risks.incidents import notification_pages as notifications
from risks.incidents.views import IncidentViews, close_page, reopen
from risks.inventory import InventoryViews
from risks.register import map_page, starter_page
from risks.register import views as register
from risks.scoring import pages as assessing_pages
from risks.treatment.acceptance_pages import accept, ask, withdraw
from risks.treatment.plan_pages import TreatmentPlanViews, plan_approval
from risks.treatment.views import TreatmentViews, verify_treatment

incident, notification = "incidents/<str:reference>", "incidents/<str:reference>/notifications"

# Pages of their own stand before the addresses of single records.
urlpatterns = [
    *InventoryViews.urls(),
    *criteria_pages.urls(),
    *map_page.urls(),
    *starter_page.urls(),
    *register.RiskViews.urls(),
    *register.urls(),
    *assessing_pages.urls(),
    path("risks/<str:reference>/accept/", accept, name="risk-accept"),
    path("risks/<str:reference>/ask-acceptance/", ask, name="risk-ask-acceptance"),
    path("risks/<str:reference>/withdraw-acceptance/", withdraw, name="risk-withdraw-acceptance"),
    *TreatmentViews.urls(),
    path("treatments/<str:reference>/verify/", verify_treatment, name="treatment-verify"),
    *TreatmentPlanViews.urls(),
    *plan_approval.urls(),
    *applicability.OwnControlViews.urls(),
    path("soa/draft/", applicability.new_draft, name="statement-draft"),
    path("soa/coverage/", applicability.coverage_page, name="statement-coverage"),
    *applicability.StatementViews.urls(),
    *applicability.approval.urls(),
    path("soa/<str:reference>/compare/", applicability.compare, name="statement-compare"),
    path("soa/<str:reference>/export.<str:file_format>", applicability.export_lines, name="statement-lines"),
    *impact_urls(),
    *GoLiveViews.urls(),
    path("ai-systems/<str:reference>/go-live/", gate_page, name="ai-system-go-live"),
    path("ai-systems/<str:reference>/dossier/", dossier_page, name="ai-system-dossier"),
    path("ai-systems/<str:reference>/next-assessment/", start_next_assessment, name="ai-system-next-assessment"),
    *IncidentViews.urls(),
    path(f"{incident}/close/", close_page, name="incident-close"),
    path(f"{incident}/reopen/", reopen, name="incident-reopen"),
    path(f"{notification}/add/", notifications.add, name="incident-notify"),
    path(f"{notification}/<int:notification_id>/", notifications.change, name="incident-notification"),
    path(f"{notification}/<int:notification_id>/told/", notifications.outcome, name="incident-told"),
    path(f"{notification}/<int:notification_id>/remove/", notifications.remove, name="incident-untell"),
    *ConcernViews.urls(),
    path("concerns/<str:reference>/answer/", answer_page, name="concern-answer"),
]
