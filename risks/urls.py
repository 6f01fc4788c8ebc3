from django.urls import path

from .dossier_page import dossier_page, start_next_assessment
from .go_live_pages import GoLiveViews, gate_page

urlpatterns = [
    *GoLiveViews.urls(),
    path("ai-systems/<str:reference>/go-live/", gate_page, name="ai-system-go-live"),
    path("ai-systems/<str:reference>/dossier/", dossier_page, name="ai-system-dossier"),
    path("ai-systems/<str:reference>/next-assessment/", start_next_assessment, name="ai-system-next-assessment"),
]
