from django.urls import path

from . import linking, views

urlpatterns = [
    *views.EvidenceViews.urls(),
    path("evidence/<str:reference>/versions/", views.new_version, name="evidence-new-version"),
    path("evidence/<str:reference>/versions/<int:number>/", views.download, name="evidence-download"),
    path("records/<str:reference>/evidence/", linking.drop, name="evidence-drop"),
    path("records/<str:reference>/evidence/link/", linking.link_existing, name="evidence-link"),
    path(
        "records/<str:reference>/evidence/<str:evidence_reference>/take-off/",
        linking.take_off,
        name="evidence-take-off",
    ),
]
