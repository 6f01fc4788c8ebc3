"""Own frameworks: brought as CSV or YAML and looked at before they count, changed, retired."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clauses.models import OtherFramework
from organisations.access import needs
from organisations.requests import MemberRequest
from organisations.roles import CHANGE_RECORDS

from .examples import EXAMPLES
from .pages import crumbs, framework_of, list_url
from .reading import MOST_BYTES, MOST_ROWS, BadFramework, Draft, Fault, draft_of
from .verbs import add_framework, change_framework, retire_framework

# So many of a file's requirements are shown before they are kept.
SHOWN = 20
FACTS = ("name", "publisher", "source", "licence", "doubt", "note")


class FrameworkForm(forms.ModelForm):
    """What an own framework is; `version` is the one the person started from."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    held = forms.CharField(required=False, widget=forms.HiddenInput)
    held_name = forms.CharField(required=False, widget=forms.HiddenInput)
    keep = forms.CharField(required=False, widget=forms.HiddenInput)
    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        help_text=gettext_lazy("CSV with the columns ref, title, parent, assessable; or YAML as in the example."),
        widget=forms.FileInput({"accept": ".csv,.yaml,.yml"}),
    )
    groups = [
        (
            gettext_lazy("Requirements"),
            gettext_lazy("All of a file is taken in, or nothing."),
            ["file"],
        ),
        (
            gettext_lazy("Description"),
            gettext_lazy("A YAML file may say it, too; what you type here counts."),
            ["name", ("publisher", "source"), "licence", "note", "doubt"],
        ),
    ]

    class Meta:
        model = OtherFramework
        fields = [*FACTS]
        widgets = {"note": forms.Textarea({"rows": 2}), "doubt": forms.Textarea({"rows": 2})}
        help_texts = {
            "doubt": gettext_lazy("What in it nobody has verified yet, such as dates. Shown as our note."),
            "source": gettext_lazy("Its number, edition, or where it is found."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = False
        # Needed, but for who looked at the file before, or whose file says the name.
        self.fields["name"].is_one_of_two = self.fields["file"].is_one_of_two = True  # type: ignore[attr-defined]
        self.initial["version"] = self.instance.version if self.instance.pk else 0

    @property
    def content(self) -> tuple[bytes, str]:
        """The file that was chosen, else the one that was looked at before, with its name."""
        file = self.files.get("file")
        if file:
            # One byte more than may be: the reader then says that it is too large.
            return file.read(MOST_BYTES + 1), file.name or ""
        try:
            return b64decode(self.data.get("held", ""), validate=True), self.data.get("held_name", "")
        except (NotBase64, ValueError):
            return b"", ""


@dataclass
class Brought:
    """A form with what its file says: a draft, or faults by line."""

    form: FrameworkForm
    draft: Draft | None = None
    faults: tuple[Fault, ...] = ()
    content: bytes = b""
    name: str = ""

    @property
    def facts(self) -> dict[str, str]:
        """What was typed, else what the file says."""
        said = self.draft.facts if self.draft else {}
        return {name: self.form.cleaned_data.get(name) or said.get(name, "") for name in FACTS}

    @property
    def is_meant(self) -> bool:
        """Whether this very file was looked at before and is to be taken in now."""
        return bool(self.form.data.get("keep")) and not self.form.files.get("file")


def brought(request: MemberRequest, framework: OtherFramework | None) -> Brought:
    form = FrameworkForm(request.POST, request.FILES, instance=framework)
    found = Brought(form)
    form.is_valid()
    content, name = form.content
    if content or request.FILES.get("file"):
        try:
            found.draft, found.content, found.name = draft_of(content, name), content, name
        except BadFramework as error:
            found.faults = tuple(error.faults)
            form.add_error("file", _("Nothing was taken in: the file has faults. They are listed by line."))
        except ValidationError as error:
            form.add_error("file", error)
    elif framework is None:
        form.add_error("file", _("Choose a file first."))
    if form.is_valid() and not found.facts["name"]:
        form.add_error("name", _("Say what it is called."))
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@needs(CHANGE_RECORDS)
def framework_new(request: MemberRequest) -> HttpResponse:
    """POST reads the file and shows what it would become; a second one with `keep` takes it in."""
    if request.method != "POST":
        return page(request, Brought(FrameworkForm()), None)
    found = brought(request, None)
    if found.form.is_valid() and found.draft and found.is_meant:
        try:
            framework = add_framework(request.organisation, found.draft, facts=found.facts, by=request.user)
        except ValidationError as error:
            found.form.add_error(None, error)
        else:
            messages.success(request, _("%(name)s is added.") % {"name": framework})
            return redirect(framework.address(request.organisation))
    return page(request, found, None)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(CHANGE_RECORDS)
def framework_edit(request: MemberRequest, framework: str) -> HttpResponse:
    """Its description, and where a file is brought all of its requirements; what a file changes is shown first."""
    one = own(request, framework)
    if request.method != "POST":
        return page(request, Brought(FrameworkForm(instance=one)), one)
    found = brought(request, one)
    if found.form.is_valid() and (found.draft is None or found.is_meant):
        seen = found.form.cleaned_data.get("version") or 0
        try:
            change_framework(one, found.draft, facts=found.facts, by=request.user, seen=seen)
        except ValidationError as error:
            # What was typed stays in the page; saving once more is then meant.
            found.form.data = dict(found.form.data.items()) | {"version": str(found.form.initial["version"])}
            found.form.add_error(None, error)
        else:
            messages.success(request, _("%(name)s is saved.") % {"name": found.facts["name"]})
            return redirect(one.address(request.organisation))
    return page(request, found, one)


def own(request: MemberRequest, code: str) -> OtherFramework:
    """An own framework; 403 for one of the catalogue, which nobody here may change."""
    found = framework_of(request, code)
    if not found.is_own:
        raise PermissionDenied
    return found


def page(request: MemberRequest, found: Brought, framework: OtherFramework | None) -> HttpResponse:
    draft, form = found.draft, found.form
    is_preview = draft is not None and form.is_valid()
    if draft:
        held = {"held": b64encode(found.content).decode(), "held_name": found.name, "keep": "1" if is_preview else ""}
        form.data = dict(form.data.items()) | (found.facts if is_preview else {}) | held
    title = _("Change %(name)s") % {"name": framework} if framework else _("Bring a framework of your own")
    context = {
        "form": form,
        "framework": framework,
        "title": title,
        "faults": found.faults,
        "draft": draft,
        "file_name": found.name,
        "shown": draft.items[:SHOWN] if draft else [],
        "verb": _("Take it in") if is_preview else _("Save") if framework else _("Look at the file"),
        "gone": gone(framework, draft) if framework and draft else [],
        "limits": {"rows": MOST_ROWS, "bytes": MOST_BYTES},
        "cancel_url": framework.address(request.organisation) if framework else list_url(request),
        "crumbs": crumbs(request, (framework.name if framework else _("New"), None)),
    }
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "clauses/crosswalks/framework_form.html", context, status=status)


def gone(framework: OtherFramework, draft: Draft) -> list[str]:
    """References that the file no longer has, and that would be withdrawn."""
    kept = {item["ref"] for item in draft.items}
    held = framework.requirements.filter(is_withdrawn=False).order_by("order").values_list("ref", flat=True)
    return [ref for ref in held if ref not in kept]


@require_POST
@needs(CHANGE_RECORDS)
def framework_retire(request: MemberRequest, framework: str) -> HttpResponse:
    one, seen = own(request, framework), request.POST.get("version", "")
    try:
        held = retire_framework(one, by=request.user, seen=int(seen) if seen.isdecimal() and len(seen) < 9 else 0)
    except ValidationError as error:
        for message in error.messages:
            messages.error(request, message)
    else:
        words = (
            _("%(name)s is retired: its mappings count no more.") if held.retired_on else _("%(name)s is in use again.")
        )
        messages.success(request, words % {"name": held})
    return redirect(one.address(request.organisation))


@require_safe
@needs(CHANGE_RECORDS)
def framework_example(request: MemberRequest, file_format: str) -> HttpResponseBase:
    """A small file that would be taken in as it is."""
    if file_format not in EXAMPLES:
        raise Http404
    response = HttpResponse(EXAMPLES[file_format], content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="framework-example.{file_format}"'
    return response
