"""Pages are read or posted to. Django's form views would take any other method for one of these and answer 200."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from organisations.api_errors import is_of_program

OF_PAGES = ("GET", "HEAD", "POST")


class PageMethodsMiddleware:
    """405 to PUT, PATCH, DELETE and the like on any address but those of the API, which knows its own methods."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if request.method in OF_PAGES or is_of_program(request):
            return None
        return HttpResponseNotAllowed(OF_PAGES)
