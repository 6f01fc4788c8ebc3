from django.urls import URLPattern, path

from . import inside, pages
from .desk_urls import urlpatterns as desk

keeping = "audit-rooms/<str:reference>"

urlpatterns: list[URLPattern] = [
    path("room/", inside.room_page, name="room"),
    path("room/accept/", inside.accept, name="room-accept"),
    path("room/finish/", inside.finish, name="room-finish"),
    *pages.AuditRoomViews.urls(),
    path(f"{keeping}/invite/", pages.send_invitation, name="audit-room-invite"),
    path(f"{keeping}/close/", pages.close_room, name="audit-room-close"),
    path(f"{keeping}/preview/", pages.preview, name="audit-room-preview"),
    path(f"{keeping}/visits/", pages.visit_list, name="audit-room-visits"),
    path(f"{keeping}/visits/export.<str:file_format>", pages.visit_export, name="audit-room-visit-export"),
    *desk,
]
