"""Says whether a printed code or a PDF is one of the organisation's reports, and whether it is unchanged."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from organisations.access import needs
from organisations.requests import MemberRequest
from organisations.roles import VIEW_RECORDS
from reports.filing import Altered, opened
from reports.models import Report
from reports.verification import code_of

from .reports import visible

CODE = re.compile(r"\b([0-9A-F]{4})[ -]?([0-9A-F]{4})[ -]?([0-9A-F]{4})\b")


class VerifyForm(forms.Form):
    """A code from the foot of a page, or the file itself."""

    code = forms.CharField(label=gettext_lazy("Code on the page"), max_length=60, required=False)
    file = forms.FileField(label=gettext_lazy("The PDF"), required=False, allow_empty_file=True)

    def clean_code(self) -> str:
        """Accepts the code in any grouping, and the whole foot of a page."""
        text = self.cleaned_data["code"]
        found = CODE.search(text.upper())
        if text and not found:
            raise forms.ValidationError(_("A code has twelve digits from 0 to F, like 7F3A-92C1-0B44."))
        return "-".join(found.groups()) if found else ""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not cleaned.get("code") and not cleaned.get("file"):
            raise forms.ValidationError(_("Type a code or choose a file."))
        return cleaned


@dataclass(frozen=True)
class Finding:
    """What became of the check: the report if there is one, and what is right and wrong about it."""

    tone: str
    words: str
    reasons: list[dict[str, str]]
    report: Report | None = None


@require_http_methods(["GET", "HEAD", "POST"])
@needs(VIEW_RECORDS)
def verify(request: MemberRequest) -> HttpResponse:
    is_post = request.method == "POST"
    form = VerifyForm(request.POST, request.FILES) if is_post else VerifyForm()
    finding = None
    if is_post and form.is_valid():
        file, code = form.cleaned_data["file"], form.cleaned_data["code"]
        finding = by_file(request, file.sha256) if file else by_code(request, code)
    crumbs = [
        (_("Reports"), reverse("report-list", kwargs={"organisation": request.organisation.slug})),
        (_("Check"), None),
    ]
    return render(request, "reports/verify.html", {"form": form, "finding": finding, "crumbs": crumbs})


def by_code(request: MemberRequest, code: str) -> Finding:
    report = visible(request).filter(code=code, state=Report.State.DONE).first()
    if report is None:
        text = _("None of this organisation's reports has the code %(code)s.") % {"code": code}
        return Finding("bad", _("Not one of ours"), [{"tone": "bad", "lead": _("Unknown."), "text": text}])
    figures_hold = code_of(report.figures) == report.code
    try:
        opened(report).close()
        file_holds = True
    except Altered:
        file_holds = False
    reasons = [
        reason(figures_hold, _("Figures."), _("Give the same code again."), _("No longer give this code.")),
        reason(file_holds, _("File."), _("Has the SHA-256 it was kept with."), _("Is gone or was changed in storage.")),
    ]
    is_good = figures_hold and file_holds
    words = _("Genuine and unchanged") if is_good else _("This report was changed")
    return Finding("good" if is_good else "bad", words, reasons, report)


def reason(holds: bool, lead: str, yes: str, no: str) -> dict[str, str]:
    return {"tone": "good" if holds else "bad", "lead": lead, "text": yes if holds else no}


def by_file(request: MemberRequest, sha256: str) -> Finding:
    report = visible(request).filter(sha256=sha256, state=Report.State.DONE).first()
    if report is None:
        text = _("None of this organisation's reports has this SHA-256: the file was changed, or comes from elsewhere.")
        return Finding("bad", _("Not one of ours"), [{"tone": "bad", "lead": _("Unknown."), "text": text}])
    found = by_code(request, report.code)
    same = reason(True, _("Your file."), _("Is the file that was made, bit for bit."), "")
    return Finding(found.tone, found.words, [same, *found.reasons], report)
