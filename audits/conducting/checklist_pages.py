"""The checklist of an audit: all of it on one page, and a page for each requirement that saves in place."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from audits.models import Audit, Finding, rules_of
from clauses.models import Position, Question, Requirement
from organisations import merging
from organisations.requests import MemberRequest
from records.models import Record

from .checklist import CheckForm, Line, StaleItem, lines_of, parts_of, state_at, state_of, write
from .pages import address, audit_page, pages


@require_safe
def checklist(request: MemberRequest, reference: str) -> HttpResponse:
    """Every requirement in scope with its conclusion."""
    audit = pages.get(request, reference)
    context = audit_page(request, audit, tab="checklist")
    context |= {
        "record": audit,
        "views": pages,
        "parts": parts_of(context["lines"]),
        "crumbs": crumbs_of(request, audit, _("Checklist")),
    }
    return render(request, "audits/checklist.html", context)


def crumbs_of(request: MemberRequest, audit: Audit, last: str) -> list[tuple[str, str | None]]:
    return [(capfirst(pages.words), pages.list_url(request)), (audit.reference, audit.get_absolute_url()), (last, None)]


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: MemberRequest, reference: str, requirement_number: str) -> HttpResponse:
    """One requirement: its questions as guidance, what was seen, the conclusion. A POST saves what was written."""
    audit: Audit = pages.get(request, reference)
    if request.method == "POST" and not pages.may_change(request, audit):
        raise PermissionDenied
    if request.method == "POST":
        # Two saves at once wait for each other here, so that the second one is seen to be stale.
        Record.objects.select_for_update().get(pk=audit.pk)
        audit = pages.get(request, reference)
    lines = lines_of(audit)
    requirement = get_object_or_404(
        Requirement, pk__in=[one.requirement.pk for one in lines], number=requirement_number
    )
    line = next(one for one in lines if one.requirement.pk == requirement.pk)
    form = CheckForm(posted(request), requirement=requirement, item=line.item, user=request.user)
    if request.method != "POST":
        return page(request, audit, lines, line, form)
    return save(request, audit, lines, line, form)


def posted(request: MemberRequest) -> Any:
    if request.method != "POST":
        return None
    data = request.POST.copy()
    for name in ("seen", "notes"):
        # The database keeps no NUL in a text.
        data[name] = data.get(name, "").replace("\x00", "")
    return data


def save(request: MemberRequest, audit: Audit, lines: list[Line], line: Line, form: CheckForm) -> HttpResponse:
    unclear = merging.settle(form, settled_from(audit, line, form)) if merging.CHOOSE in form.data else []
    if not unclear and form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("seen", "conclusion", "notes", "records")}
        try:
            with transaction.atomic():
                write(audit, line.requirement, by=request.user, seen_version=started_from(form), **said)
        except StaleItem:
            return side_by_side(request, audit, lines, line, form)
        except ValidationError as error:
            form.add_error(None, " ".join(error.messages))
        else:
            return saved(request, audit, line)
    if unclear:
        return side_by_side(request, audit, lines, line, form)
    if request.htmx:
        context = {"form": form, "line": line, "record": audit, "is_saved": False}
        return render(request, "audits/check_saved.html", context)
    return page(request, audit, lines, line, form)


def started_from(form: CheckForm) -> int:
    text = str(form.data.get("version", ""))
    return int(text) if text.isdecimal() and len(text) < 9 else 0


def settled_from(audit: Audit, line: Line, form: CheckForm) -> dict[str, Any]:
    now = line.item.version if line.item else 0
    began = started_from(form)
    return state_of(line.item) if began == now else state_at(audit, line.requirement, began) or {}


def saved(request: MemberRequest, audit: Audit, line: Line) -> HttpResponse:
    if not request.htmx:
        messages.success(request, _("%(number)s is saved.") % {"number": line.number})
        return redirect(address(audit, "audit-check", requirement_number=line.number))
    fresh = lines_of(pages.get(request, audit.reference))
    now = next(one for one in fresh if one.requirement.pk == line.requirement.pk)
    form = CheckForm(requirement=line.requirement, item=now.item, user=request.user)
    context = {"form": form, "line": now, "record": audit, "is_saved": True, **progress_of(fresh)}
    return render(request, "audits/check_saved.html", context)


def side_by_side(request: MemberRequest, audit: Audit, lines: list[Line], line: Line, form: CheckForm) -> HttpResponse:
    """409: both texts, or for a page that saves by itself the words that lead to them."""
    by = (line.item.written_by if line.item else None) or _("Somebody")
    if request.htmx:
        error = _("%(who)s wrote here meanwhile.") % {"who": by}
        return JsonResponse({"error": error, "compare": _("Compare both texts")}, status=409)
    began = started_from(form)
    fields = merging.compare(form, before=state_at(audit, line.requirement, began), now=state_of(line.item))
    form.data["version"] = str(line.item.version if line.item else 0)  # type: ignore[index]
    conflict = {
        "theirs_by": by,
        "theirs_at": line.item.written_at if line.item else None,
        "fields": fields,
        "began": began,
    }
    context = {
        **context_of(request, audit, lines, line, form),
        "conflict": conflict,
        "cancel_url": address(audit, "audit-check", requirement_number=line.number),
    }
    return render(request, "audits/check_conflict.html", context, status=409)


def page(request: MemberRequest, audit: Audit, lines: list[Line], line: Line, form: CheckForm) -> HttpResponse:
    return render(request, "audits/check.html", context_of(request, audit, lines, line, form))


def progress_of(lines: list[Line]) -> dict[str, int]:
    return {"concluded": sum(one.is_concluded for one in lines), "of": len(lines)}


def context_of(request: MemberRequest, audit: Audit, lines: list[Line], line: Line, form: CheckForm) -> dict[str, Any]:
    place, asked = lines.index(line), Question.objects.asked().filter(requirement=line.requirement)
    visible: Any = Position.objects.visible_to(request.user).of(request.organisation)
    earlier: Any = Finding.objects.visible_to(request.user).of(request.organisation)
    seen: Any = Record.objects.visible_to(request.user).select_related("organisation")
    return {
        "record": audit,
        "line": line,
        "requirement": line.requirement,
        "form": form,
        "may_write": audit.is_open and pages.may_change(request, audit),
        "questions": list(asked),
        "position": visible.filter(requirement=line.requirement).select_related("organisation").first(),
        "looked_at": list(seen.filter(pk__in=line.item.records.values("pk"))) if line.item else [],
        "earlier": in_words(
            request,
            earlier.filter(requirement=line.requirement, issued_on__isnull=False)
            .exclude(found_in=audit)
            .select_related("organisation", "found_in")
            .order_by("-issued_on")[:5],
        ),
        "before": lines[place - 1] if place else None,
        "after": lines[place + 1] if place + 1 < len(lines) else None,
        **progress_of(lines),
        "crumbs": [*crumbs_of(request, audit, "")[:2], (line.number, None)],
    }


def in_words(request: MemberRequest, findings: Any) -> list[dict[str, Any]]:
    """Findings with the word of the organisation for their grade."""
    rules = rules_of(request.organisation)
    return [{"finding": one, "word": rules.word_for(one.grade, one.found_in.audit_kind)} for one in findings]
