from django.urls import path

from . import views

urlpatterns = [
    *views.EvidenceViews.urls(),
    path("evidence/<str:reference>/versions/", views.new_version, name="evidence-new-version"),
    path("evidence/<str:reference>/versions/<int:number>/", views.download, name="evidence-download"),
    path("records/<str:reference>/evidence/", views.drop, name="evidence-drop"),
    path("records/<str:reference>/evidence/link/", views.link_existing, name="evidence-link"),
    path(
        "records/<str:reference>/evidence/<str:evidence_reference>/take-off/", views.take_off, name="evidence-take-off"
    ),
]
