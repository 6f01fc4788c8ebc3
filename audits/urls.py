from django.urls import URLPattern, URLResolver

from .room.urls import urlpatterns as room

urlpatterns: list[URLPattern | URLResolver] = [*room]
