from django.urls import path

from .concerns.views import ConcernViews, answer_page
from .incidents import notification_pages as notifications
from .incidents.views import IncidentViews, close_page, reopen

incident, notification = "incidents/<str:reference>", "incidents/<str:reference>/notifications"

urlpatterns = [
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
