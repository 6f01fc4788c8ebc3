from django.urls import URLPattern, URLResolver, path

from .conducting import checklist_pages
from .conducting import pages as audit_pages
from .findings import pages as finding_pages
from .findings import step_pages
from .programme import calendar_page, coverage_page
from .programme import pages as programme_pages

urlpatterns: list[URLPattern | URLResolver] = [
    *programme_pages.AuditProgrammeViews.urls(),
    path("audit-programmes/<str:reference>/coverage/", coverage_page.coverage, name="audit-programme-coverage"),
    path(
        "audit-programmes/<str:reference>/coverage.<str:file_format>",
        coverage_page.coverage_file,
        name="audit-programme-coverage-file",
    ),
    path("certification/", calendar_page.calendar, name="certification-calendar"),
    path("certification/rules/", calendar_page.rules_page, name="audit-rules"),
    *audit_pages.AuditViews.urls(),
    path("audits/<str:reference>/checklist/", checklist_pages.checklist, name="audit-checklist"),
    path(
        "audits/<str:reference>/checklist/<str:requirement_number>/",
        checklist_pages.check,
        name="audit-check",
    ),
    path("audits/<str:reference>/issue/", audit_pages.issue, name="audit-issue"),
    path("audits/<str:reference>/cancel/", audit_pages.cancel, name="audit-cancel"),
    path("audits/<str:reference>/auditors/accept/", audit_pages.accept_auditors, name="audit-auditors"),
    *finding_pages.FindingViews.urls(),
    path("findings/<str:reference>/respond/", step_pages.respond, name="finding-respond"),
    path("findings/<str:reference>/correct/", step_pages.correct, name="finding-correct"),
    path("findings/<str:reference>/decide/", step_pages.decide, name="finding-decide"),
]
