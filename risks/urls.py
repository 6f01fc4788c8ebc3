from django.urls import URLPattern, path

from . import views_applicability as applicability

urlpatterns: list[URLPattern] = [
    *applicability.OwnControlViews.urls(),
    path("soa/draft/", applicability.new_draft, name="statement-draft"),
    path("soa/coverage/", applicability.coverage_page, name="statement-coverage"),
    *applicability.StatementViews.urls(),
    *applicability.approval.urls(),
    path("soa/<str:reference>/compare/", applicability.compare, name="statement-compare"),
    path("soa/<str:reference>/export.<str:file_format>", applicability.export_lines, name="statement-lines"),
]
