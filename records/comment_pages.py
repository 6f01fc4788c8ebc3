"""Comments on the pages of every record type: the panel, adding, editing, and whom an @ may reach.

Who may change a record may comment on it; readers read (docs/decisions/0012-comments.md).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organisations.requests import MemberRequest

from .commenting import CommentForm, reword, say, take_comment_back
from .markdown import rendered
from .mentions import members, who_sees
from .models import Comment, Mention, Record
from .timeline import Change

if TYPE_CHECKING:
    from .views import RecordViews

# So many stand on the page; the earlier ones are one click away.
SHOWN = 50
OFFERED = 8


class CommentPages:
    """The addresses of the comments of one record type."""

    def __init__(self, views: RecordViews) -> None:
        self.views = views

    def urls(self) -> list[URLPattern]:
        here, kind = f"{self.views.path}/<str:reference>/comments/", self.views.model.KIND
        one = require_http_methods(["GET", "HEAD", "POST"])(self.one)
        return [
            path(here, require_POST(self.add), name=f"{kind}-comments"),
            path(f"{here}people/", require_safe(self.people), name=f"{kind}-comment-people"),
            path(f"{here}<int:comment_id>/", one, name=f"{kind}-comment"),
        ]

    def changeable(self, request: MemberRequest, reference: str) -> Any:
        record = self.views.get(request, reference)
        may_change = self.views.may_change(request, record)
        if not self.views.may_comment(request, record, may_change=may_change):
            raise PermissionDenied
        return record

    def add(self, request: MemberRequest, reference: str) -> HttpResponse:
        record = self.changeable(request, reference)
        form = CommentForm(request.POST, record=record)
        if not form.is_valid():
            return self.refused(request, record, form)
        say(record, text=form.cleaned_data["text"], to=form.people, by=request.user)
        return self.kept(request, record, CommentForm(record=record), _("Your comment was added."))

    def one(self, request: MemberRequest, reference: str, comment_id: int) -> HttpResponse:
        """The author's own comment: its form, and what the form sends."""
        record = self.changeable(request, reference)
        comment = self.own(request, record, comment_id)
        if request.method != "POST":
            return self.form_page(request, record, CommentForm(record=record, comment=comment))
        if "take_back" in request.POST:
            take_comment_back(comment, by=request.user)
            return self.kept(request, record, None, _("Your comment was taken back."))
        form = CommentForm(request.POST, record=record, comment=comment)
        if not form.is_valid():
            return self.refused(request, record, form)
        reword(comment, text=form.cleaned_data["text"], to=form.people, by=request.user)
        return self.kept(request, record, None, _("Your comment was changed."))

    def own(self, request: MemberRequest, record: Record, comment_id: int) -> Comment:
        """Nobody changes the words of somebody else, and what was taken back stays so."""
        comments = Comment.objects.filter(record=record.pk)
        if request.method == "POST":
            comments = comments.select_for_update()
        comment: Comment = get_object_or_404(comments, pk=comment_id)
        if comment.author_id != request.user.pk or comment.taken_back_at:
            raise PermissionDenied
        comment.record = record
        return comment

    def kept(self, request: MemberRequest, record: Any, form: CommentForm | None, words: str) -> HttpResponse:
        """In place the list as it is now, and the emptied field after something new; else the record's page."""
        if not request.htmx:
            messages.success(request, words)
            return redirect(f"{record.get_absolute_url()}#comments")
        context = {"comments": panel(request, record, may_comment=True), "record": record, "fresh": form}
        return render(request, "records/comments_changed.html", context | {"now": timezone.localtime()})

    def refused(self, request: MemberRequest, record: Any, form: CommentForm) -> HttpResponse:
        if request.htmx:
            return JsonResponse({"error": form.reason}, status=422)
        return self.form_page(request, record, form, status=422)

    def form_page(self, request: MemberRequest, record: Any, form: CommentForm, status: int = 200) -> HttpResponse:
        """The form in place of the comment, or as a page of its own where there is no script."""
        crumbs = [
            (capfirst(self.views.words), self.views.list_url(request)),
            (record.reference, record.get_absolute_url()),
            (_("Comment"), None),
        ]
        url = address(record, "comment", form.comment.pk) if form.comment else address(record, "comments")
        context = {"record": record, "form": form, "url": url, "crumbs": crumbs}
        context["people_url"] = address(record, "comment-people")
        name = "records/comment_edit.html" if request.htmx else "records/comment_form.html"
        return render(request, name, context, status=status)

    def people(self, request: MemberRequest, reference: str) -> HttpResponse:
        """Those whose name holds what was typed behind an @; who cannot see the record is said to be so."""
        record = self.changeable(request, reference)
        typed = request.GET.get("q", "").replace("\x00", "")[:60]
        everybody = list(members(request.organisation))
        names = Counter(person.name.lower() for person in everybody)
        fitting = [one for one in everybody if typed.lower() in one.name.lower() and one != request.user][:OFFERED]
        seeing = who_sees(record, fitting)
        offered = [
            {
                "name": person.name,
                "insert": person.name if names[person.name.lower()] == 1 else person.email,
                "note": person.email if person in seeing else _("cannot see this record"),
                "may_see": person in seeing,
            }
            for person in fitting
        ]
        return JsonResponse({"people": offered})


def panel(request: MemberRequest, record: Any, *, may_comment: bool) -> dict[str, Any]:
    """What `records/comments.html` shows; what it shows to somebody mentioned is read by that. One query, and one more
    where there was something unread.
    """
    everything = request.GET.get("comments") == "all"
    mine = Mention.objects.filter(comment=OuterRef("pk"), person=request.user, read_at=None)
    written = Mention.objects.filter(comment=OuterRef("pk")).order_by("pk").values("written")
    comments = (
        Comment.objects.filter(record=record.pk)
        .select_related("author")
        .annotate(names=ArraySubquery(written), is_new=Exists(mine))
        .order_by("-written_at", "-pk")
    )
    found = list(comments if everything else comments[: SHOWN + 1])
    shown = found if everything else found[:SHOWN]
    if any(comment.is_new for comment in shown):
        mine_here = Mention.objects.filter(comment__in=[one.pk for one in shown if one.is_new], person=request.user)
        mine_here.update(read_at=timezone.now())
    return {
        "lines": [line(comment, record, request.user, may_comment=may_comment) for comment in reversed(shown)],
        "has_earlier": len(found) > len(shown),
        "form": CommentForm(record=record) if may_comment else None,
        "url": address(record, "comments") if may_comment else "",
        "people_url": address(record, "comment-people") if may_comment else "",
    }


def without_words(changes: list[Change]) -> list[Change]:
    """The timeline beside the panel says that somebody commented; the words stand in the panel."""
    return [replace(one, changes=[]) if one.is_comment and one.verb != "insert" else one for one in changes]


def line(comment: Any, record: Record, reader: Any, *, may_comment: bool) -> dict[str, Any]:
    is_own = may_comment and comment.author_id == reader.pk and not comment.taken_back_at
    return {
        "comment": comment,
        "html": rendered(comment.text, names=comment.names),
        "is_new": comment.is_new,
        "url": address(record, "comment", comment.pk) if is_own else "",
    }


def address(record: Record, page: str, comment_id: int | None = None) -> str:
    kwargs: dict[str, Any] = {"organisation": record.organisation.slug, "reference": record.reference}
    return reverse(f"{record.kind}-{page}", kwargs=kwargs | ({"comment_id": comment_id} if comment_id else {}))
