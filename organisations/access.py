"""Closes a page to members who lack a right. Those who are no members never come this far: see the middleware."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase

V = TypeVar("V", bound=Callable[..., HttpResponseBase])


def needs(*rights: str) -> Callable[[V], V]:
    """View decorator: 403 unless the member holds at least one of `rights` (see roles), whatever the method."""

    def decorate(view: V) -> V:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.permissions.intersection(rights):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return cast(V, guarded)

    return decorate
