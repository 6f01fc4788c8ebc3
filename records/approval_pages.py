"""Submit, approve, return: the same three addresses and the same section for everything that is approved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from organisations.authority import Authority
from organisations.models import User
from organisations.requests import MemberRequest

from .approvable import OPEN, Standing
from .approving import approve, record_of, refusal, send_back, submit
from .views import RecordViews

NAMED = 5


class ApprovalPages:
    """For a record type with the columns of `Approvable`; rows that hang on a record override `base` and `get`.

    `needed` says which authority a version needs, `earlier` which versions an approval supersedes, `complete` refuses
    what is not ready and freezes what is reviewed, `also` gives further columns to set with an approval.
    """

    def __init__(
        self,
        views: RecordViews,
        *,
        needed: Callable[[Any], Authority],
        earlier: Callable[[Any], Any],
        complete: Callable[[Any], None] | None = None,
        also: Callable[[Any], dict[str, Any]] = lambda version: {},
    ) -> None:
        self.views, self.needed, self.earlier, self.complete, self.also = views, needed, earlier, complete, also

    def urls(self) -> list[URLPattern]:
        kind = self.views.model.KIND
        return [
            path(f"{self.base}/submit/", require_POST(self.submit), name=f"{kind}-submit"),
            path(f"{self.base}/approve/", require_POST(self.approve), name=f"{kind}-approve"),
            path(f"{self.base}/return/", require_POST(self.send_back), name=f"{kind}-return"),
        ]

    @property
    def base(self) -> str:
        return f"{self.views.path}/<str:reference>"

    def get(self, request: MemberRequest, **where: Any) -> Any:
        """The version of an address, or 404."""
        return self.views.get(request, where["reference"])

    def section(self, request: MemberRequest, version: Any, *, may_change: bool) -> dict[str, Any]:
        """What `records/approval.html` shows: state, who decided, and the buttons this person has."""
        needed = self.needed(version)
        why_not = refusal(version, request.user, needed) if version.state == Standing.IN_REVIEW else ""
        return {
            "version": version,
            "may_submit": may_change and version.state in OPEN,
            "may_decide": version.state == Standing.IN_REVIEW and not why_not,
            "why_not": why_not,
            "needed": needed.label,
            "submit_url": version.url("submit"),
            "approve_url": version.url("approve"),
            "return_url": version.url("return"),
        }

    def submit(self, request: MemberRequest, **where: Any) -> HttpResponse:
        version = self.get(request, **where)
        if not self.views.may_change(request, record_of(version)):
            raise PermissionDenied
        words = _("%(record)s is in review.")
        return self.done(request, version, words, lambda: submit(version, by=request.user, complete=self.complete))

    def approve(self, request: MemberRequest, **where: Any) -> HttpResponse:
        version = self.deciding(request, **where)
        words = _("%(record)s is approved.")

        def act() -> None:
            self.decide(version, by=request.user, seen=seen(request), given=request.POST)

        return self.done(request, version, words, act)

    def decide(self, version: Any, *, by: User, seen: int | None, given: Mapping[str, str]) -> None:
        """Approves a version with what was `given` to say about it. Raises ValidationError."""
        needed, earlier = self.needed(version), self.earlier(version)
        approve(
            version, by=by, seen=seen, needed=needed, earlier=earlier, note=given.get("note", ""), **self.also(version)
        )

    def send_back(self, request: MemberRequest, **where: Any) -> HttpResponse:
        version = self.deciding(request, **where)

        def decide() -> None:
            send_back(
                version,
                by=request.user,
                seen=seen(request),
                needed=self.needed(version),
                reason=request.POST.get("note", ""),
            )

        return self.done(request, version, _("%(record)s was returned."), decide)

    def deciding(self, request: MemberRequest, **where: Any) -> Any:
        """The version, for who may decide on it: others are turned away, whatever state it is in."""
        version = self.get(request, **where)
        if refusal(version, request.user, self.needed(version)):
            raise PermissionDenied
        return version

    def done(self, request: MemberRequest, version: Any, words: str, act: Callable[[], None]) -> HttpResponse:
        try:
            act()
        except ValidationError as error:
            messages.error(request, in_short(error.messages))
        else:
            messages.success(request, words % {"record": version})
        return redirect(version)


def in_short(reasons: list[str]) -> str:
    """The first of many reasons, and how many more there are: the page of what is decided on lists all of them."""
    more = len(reasons) - NAMED
    told = " ".join(reasons[:NAMED])
    return told + " " + _("And %(n)s more, listed below.") % {"n": more} if more > 0 else told


def seen(request: MemberRequest) -> int | None:
    """The version of the record that the person had before them."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 9 else None
