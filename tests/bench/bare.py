"""The measure of all pages: what plain Django needs for fifty rows of the same table, with a session and nothing else.

It has the middleware and context processors of a new Django project, one query, and a template as the tutorial has it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.template import Engine, RequestContext
from django.test import override_settings
from django.urls import path

from evidence.models import Evidence

MIDDLEWARE = [
    "tests.bench.bare.own_addresses",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ENGINE = Engine(
    context_processors=[
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]
)
PAGE = ENGINE.from_string(
    """<!doctype html><html><head><title>Evidence</title></head><body>
    <p>{{ user.name }}</p>{% for message in messages %}<p>{{ message }}</p>{% endfor %}
    <table><tr><th>No.</th><th>Title</th><th>Kind</th><th>Owner</th><th>Received</th><th>Valid until</th></tr>
    {% for item in items %}<tr>
      <td>{{ item.reference }}</td>
      <td><a href="{% url 'bare-item' item.reference %}">{{ item.title }}</a></td>
      <td>{{ item.get_evidence_kind_display }}</td>
      <td>{{ item.owner.name }}</td>
      <td>{{ item.received_on|date:"j M Y" }}</td>
      <td>{{ item.valid_until|date:"j M Y"|default:"–" }}</td>
    </tr>{% endfor %}</table></body></html>"""
)


def own_addresses(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        request.urlconf = "tests.bench.bare"
        return get_response(request)

    return middleware


def page(request: HttpRequest, **_: Any) -> HttpResponse:
    items = Evidence.objects.filter(organisation__slug=request.GET["of"]).select_related("owner").order_by("pk")[:50]
    return HttpResponse(PAGE.render(RequestContext(request, {"items": items})))


urlpatterns = [path("", page), path("<str:reference>/", page, name="bare-item")]


def bare_portal() -> WSGIHandler:
    """The application that serves the bare page, at its root, with `?of=` the short name of an organisation."""
    with override_settings(MIDDLEWARE=MIDDLEWARE):
        return WSGIHandler()
