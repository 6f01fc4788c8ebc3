"""The page of one requirement of another framework: what relates to it, with its basis; own mappings come and go."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from clauses.models import Mapping, OtherFramework, OtherRequirement, Requirement
from clauses.models.crosswalks import Relationship, Strength
from organisations.access import needs
from organisations.requests import MemberRequest
from organisations.roles import CHANGE_RECORDS, VIEW_RECORDS

from .coverage import Line, words_of
from .lines import Drawing, how_words
from .pages import TONES, crumbs, found_for, framework_of, heading_of, may_change
from .verbs import add_mapping, remove_mapping, stands


class MappingForm(forms.Form):
    """An own mapping to one requirement."""

    source = forms.ModelChoiceField(
        Requirement.objects.assessable(), label=gettext_lazy("Clause or control of ISO/IEC 42001"), empty_label=None
    )
    relationship = forms.ChoiceField(
        label=gettext_lazy("Relation"),
        choices=Relationship.choices,
        initial=Relationship.INTERSECTS,
        help_text=gettext_lazy("The requirement of ISO/IEC 42001 compared with this one."),
    )
    strength = forms.ChoiceField(
        label=gettext_lazy("Strength"),
        choices=Strength.choices,
        initial=Strength.MODERATE,
        help_text=gettext_lazy(
            "Strong: evidence for one is normally most of the evidence for the other. Moderate: a useful part. "
            "Weak: the topics touch; nothing is claimed by it."
        ),
    )
    basis = forms.CharField(
        label=gettext_lazy("Basis"),
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("Who says so, and why: a published crosswalk, an opinion, your own judgement."),
    )


@require_safe
@needs(VIEW_RECORDS)
def requirement_page(request: MemberRequest, framework: str, requirement_id: int) -> HttpResponse:
    one = framework_of(request, framework)
    return shown(request, one, requirement_of(one, requirement_id))


def requirement_of(framework: OtherFramework, requirement_id: int) -> OtherRequirement:
    found = framework.requirements.select_related("framework", "parent").filter(is_assessable=True, is_withdrawn=False)
    return get_object_or_404(found, pk=requirement_id)


def shown(
    request: MemberRequest, framework: OtherFramework, requirement: OtherRequirement, form: MappingForm | None = None
) -> HttpResponse:
    found = found_for(request, framework)
    line = next(one for one in found.lines if one.requirement.pk == requirement.pk)
    may_add = may_change(request) and stands(requirement)
    context = {
        "framework": framework,
        "requirement": requirement,
        "heading": heading_of(requirement),
        "word": words_of(line.found),
        "tone": TONES[line.found],
        "rows": rows_of(request, framework, line),
        "form": (form or MappingForm()) if may_add else None,
        "address": framework.address(request.organisation, "framework-mapping-new", requirement_id=requirement.pk),
        "crumbs": crumbs(request, (framework.name, framework.address(request.organisation)), (requirement.ref, None)),
    }
    status = 422 if form and form.errors else 200
    return render(request, "clauses/crosswalks/requirement.html", context, status=status)


def rows_of(request: MemberRequest, framework: OtherFramework, line: Line) -> list[dict[str, Any]]:
    """Every mapping, weak ones last, with a way to remove it where it is own."""
    drawing, here = Drawing(request.organisation), request.organisation
    return [
        {
            "mapping": one.mapping,
            "head": drawing.head(one.served),
            "tail": drawing.tail(one.served),
            "how": how_words(one.mapping),
            "number": one.served.requirement.number,
            "remove": framework.address(here, "framework-mapping-remove", mapping_id=one.mapping.pk)
            if one.mapping.is_own and may_change(request)
            else "",
        }
        for one in line.through
    ]


@require_POST
@needs(CHANGE_RECORDS)
def mapping_new(request: MemberRequest, framework: str, requirement_id: int) -> HttpResponse:
    one = framework_of(request, framework)
    requirement = requirement_of(one, requirement_id)
    form = MappingForm(request.POST)
    if form.is_valid():
        try:
            add_mapping(request.organisation, target=requirement, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            given = error.message_dict
            for name, words in given.items():
                form.add_error(name if name in form.fields else None, words)
        else:
            messages.success(request, _("The mapping is added."))
            where = one.address(request.organisation, "framework-requirement", requirement_id=requirement.pk)
            return redirect(where)
    return shown(request, one, requirement, form)


@require_POST
@needs(CHANGE_RECORDS)
def mapping_remove(request: MemberRequest, framework: str, mapping_id: int) -> HttpResponse:
    """Takes an own mapping away; a published one is none of theirs to remove."""
    one = framework_of(request, framework)
    own = Mapping.objects.visible_to(request.user).filter(organisation=request.organisation, target__framework=one)
    mapping = get_object_or_404(own, pk=mapping_id)
    target = mapping.target_id
    remove_mapping(mapping, by=request.user)
    messages.success(request, _("The mapping is removed. The history keeps it."))
    return redirect(one.address(request.organisation, "framework-requirement", requirement_id=target))
