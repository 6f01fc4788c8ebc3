"""Tells history through which door a change came: a page or a command (keys: api_keys; jobs: aims_portal.celery)."""

from __future__ import annotations

from typing import Any

import pghistory
from django.core.management.base import BaseCommand
from django.http import HttpRequest, HttpResponse
from pghistory.middleware import HistoryMiddleware

from .nameless import is_nameless


class OriginMiddleware(HistoryMiddleware):
    """Adds the name of the page to what pghistory notes of a request: its person and its path.

    Where nobody is anybody it notes nothing at all.
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer: HttpResponse = self.get_response(request) if is_nameless(request) else super().__call__(request)
        return answer

    def process_view(self, request: HttpRequest, view: Any, args: list[Any], kwargs: dict[str, Any]) -> None:
        if request.resolver_match:
            pghistory.context(page=request.resolver_match.view_name)


class TrackedCommand(BaseCommand):
    """Every command of ours: what it changes is told under its name."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        with pghistory.context(command=type(self).__module__.rpartition(".")[2]):
            return super().execute(*args, **options)
