from django.urls import URLPattern, URLResolver

from audits.correcting import improvement_pages, verb_pages
from audits.correcting.improvement_pages import ImprovementViews
from audits.correcting.pages import CorrectiveActionViews
from audits.reviewing import meeting_pages
from audits.reviewing import pages as review_pages

urlpatterns: list[URLPattern | URLResolver] = [
    *CorrectiveActionViews.urls(),
    *verb_pages.urls(),
    *ImprovementViews.urls(),
    *improvement_pages.urls(),
    *review_pages.ManagementReviewViews.urls(),
    *review_pages.urls(),
    *meeting_pages.urls(),
]
