"""Forms of an impact assessment: a new one, its frame, and the columns of each section."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import cache
from typing import Any, cast

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms.models import modelform_factory
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from organisations.models import User
from records.actions import let_in
from records.forms import RecordForm, people_of, require
from records.widgets import Checks, LongText, Segments
from risks.impact.screening import proposed
from risks.impact.sections import COLUMNS, Section
from risks.impact.versions import AlreadyOpenError, last_number, refuse_another
from risks.models import Decision, ImpactAssessment, Output, Screening
from systems.models import AISystem

YES_NO = [("true", _("Yes")), ("false", _("No"))]
NEW = ("system", "title", "trigger", "owner")


class ImpactForm(RecordForm):
    """A new assessment names its system and takes over what the inventory says of it; later its frame can change."""

    class Meta:
        model = ImpactAssessment
        fields = ["system", "title", "trigger", "owner", "change_note", "review_on", "review_every"]
        labels = {"review_every": _("Review every (months)"), "review_on": _("Current until")}
        help_texts = {
            "title": _("Left empty: “Impact assessment of” and the system's name."),
            "trigger": _("Why it is assessed now."),
            "review_every": "",
            "review_on": _("Left empty, the approval sets it by the criteria."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in list(self.fields):
            if name in ({"system"} if self.instance.reference else {"change_note", "review_on", "review_every"}):
                del self.fields[name]
        if self.instance.reference:  # one as it was in history has no key
            return
        require(self, "system", "owner")
        self.fields["title"].required = False
        field = cast(Any, self.fields["system"])
        field.queryset, field.empty_label = field.queryset.filter(retired_on=None).order_by("title"), str(_("Choose"))
        self.begin_with(str(self.initial.get("system") or ""))

    def begin_with(self, named: str) -> None:
        """A system named in the address, by reference or id, is chosen, and the title and owner follow from it."""
        systems: Any = cast(Any, self.fields["system"]).queryset
        found = (
            systems.filter(pk=int(named)) if named.isdecimal() and len(named) < 10 else systems.filter(reference=named)
        )
        system = found.first() if named and "\x00" not in named else None
        self.initial["system"] = system.pk if system else None
        if system:
            self.initial.update({"title": title_of(system), "owner": system.owner_id})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        system = cleaned.get("system")
        if system and not self.instance.pk:
            cleaned["title"] = cleaned.get("title") or title_of(system)
            try:
                refuse_another(system)
            except AlreadyOpenError as error:
                url = error.open.get_absolute_url()
                link = format_html('{} <a href="{}">{}</a>', error.messages[0], url, error.open.reference)
                self.add_error("system", ValidationError(link))
        return cleaned

    def save(self, commit: bool = True) -> ImpactAssessment:
        if not self.instance.pk:
            take_over(self.instance, self.instance.system)
            self.instance.number = last_number(self.instance.system) + 1
        assessment: ImpactAssessment = super().save(commit)
        return assessment


def title_of(system: AISystem) -> str:
    return str(_("Impact assessment of %(system)s") % {"system": system.title})[:200]


def take_over(assessment: ImpactAssessment, system: AISystem) -> None:
    """What the inventory says of the system, as the beginning of each section."""
    model = system.main_supplier
    begun = {
        "personal_data": system.personal_data,
        "autonomy": system.autonomy,
        "people": system.people_affected,
        "covers": system.scope_reason,
        "purpose": system.purpose,
        "intended_users": system.users,
        "oversight": system.oversight,
        "stage": system.stage,
        "data_categories": system.data_categories,
        "model_type": system.model,
        "model_supplier": model.title if model else "",
        "direct_users": system.users,
        "decided_about": system.affected,
    }
    for name, value in begun.items():
        setattr(assessment, name, value)
    if not assessment.frameworks:
        assessment.frameworks = [Output.ISO_42001]


class PartForm(RecordForm):
    """A form of a few columns: what the record's rules say about other columns is said on top."""

    def _update_errors(self, errors: ValidationError) -> None:
        if hasattr(errors, "error_dict"):
            for name in [name for name in errors.error_dict if name not in self.fields and name != NON_FIELD_ERRORS]:
                errors.error_dict.setdefault(NON_FIELD_ERRORS, []).extend(errors.error_dict.pop(name))
        super()._update_errors(errors)  # type: ignore[misc]


class SectionForm(PartForm):
    """The columns of one section."""

    section: Section

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("is_prohibited", "personal_data"):
            if name in self.fields:
                self.initial[name] = {True: "true", False: "false", None: ""}[getattr(self.instance, name)]
        asked = self.section.required(self.instance.screening)
        for name, field in self.fields.items():
            field.may_be_empty = name not in asked  # type: ignore[attr-defined]
        if "risks" in self.fields:
            seen = self.fields["risks"].queryset  # type: ignore[attr-defined]
            self.initial["risks"] = list(seen.filter(impact_assessments=self.instance.pk or 0))
        if "assessors" in self.fields:
            field = cast(Any, self.fields["assessors"])
            chosen = self.instance.assessors.all() if self.instance.pk else User.objects.none()
            field.queryset = people_of(self.organisation) | User.objects.filter(pk__in=[one.pk for one in chosen])
            field.queryset = field.queryset.distinct().order_by("name")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.section.code == "screening" and cleaned.get("screening"):
            answered = copy(self.instance)
            for name in ("personal_data", "autonomy", "people", "vulnerable"):
                setattr(answered, name, cleaned.get(name))
            proposal = proposed(answered)
            if cleaned["screening"] != proposal.depth and not (cleaned.get("screening_reason") or "").strip():
                words = {"depth": Screening(proposal.depth).label.lower()}
                self.add_error("screening_reason", _("Proposed was “%(depth)s”: say why not.") % words)
        return cleaned

    def save(self, commit: bool = True) -> ImpactAssessment:
        before = set(self.instance.assessors.all()) if "assessors" in self.fields else set()
        assessment: ImpactAssessment = super().save(commit)
        if "assessors" in self.fields:
            let_in(assessment, before=before, now=set(assessment.assessors.all()))
        return assessment


def yes_or_no(label: Any, help_text: Any = "") -> Callable[[], forms.Field]:
    return lambda: forms.TypedChoiceField(
        label=label,
        choices=YES_NO,
        coerce=lambda value: value == "true",
        empty_value=None,
        required=False,
        widget=Segments,
        help_text=help_text,
    )


def one_of(label: Any, choices: Any) -> Callable[[], forms.Field]:
    return lambda: forms.ChoiceField(label=label, choices=choices.choices, required=False, widget=Segments)


def several(label: Any) -> Callable[[], forms.Field]:
    return lambda: forms.MultipleChoiceField(label=label, choices=Output.choices, required=False, widget=Checks)


# Columns whose field is not the one Django would give them.
FIELDS: dict[str, Callable[[], forms.Field]] = {
    "is_prohibited": yes_or_no(_("Is it a prohibited practice (EU AI Act Art. 5)?")),
    "personal_data": yes_or_no(_("Does it process personal data?")),
    "screening": one_of(_("Depth"), Screening),
    "frameworks": several(_("Serves as")),
    "decision": one_of(_("Decision proposed"), Decision),
}


class WholeForm(ImpactForm):
    """The frame and every text of every section, for programs."""

    class Meta(ImpactForm.Meta):
        fields = [
            *ImpactForm.Meta.fields[1:],
            *(name for name in COLUMNS if name not in {"trigger", "review_on", "risks"}),
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= {name: make() for name, make in FIELDS.items()}

    def save(self, commit: bool = True) -> ImpactAssessment:
        before = set(self.instance.assessors.all())
        assessment = super().save(commit)
        let_in(assessment, before=before, now=set(assessment.assessors.all()))
        return assessment


WORDS: dict[str, dict[str, Any]] = {
    "labels": {"review_on": _("Next review"), "people": _("People affected a year")},
    "help_texts": {
        "review_on": _("Left empty, the approval sets it by the criteria."),
        "system_version": _("A coming one may be assessed. Left empty, the one in use when it is submitted."),
        "assessed_on": _("Left empty, the day on which it is submitted."),
        "assessors": _("At least two disciplines for a full assessment. They cannot approve it."),
    },
    "widgets": {"assessors": Checks},
}


@cache
def section_form(section: Section) -> type[SectionForm]:
    own = {name: make() for name, make in FIELDS.items() if name in section.fields}
    base = type("SectionForm", (SectionForm,), {"section": section, "groups": section.groups, **own})
    long = {name: LongText({"rows": 3, "data-guard": ""}) for name in ("covers", "leaves_out", "retention", "places")}
    widgets = {name: widget for name, widget in (WORDS["widgets"] | long).items() if name in section.fields}
    made: Any = modelform_factory(
        ImpactAssessment,
        form=base,
        fields=list(section.fields),
        widgets=widgets,
        labels=WORDS["labels"],
        help_texts=WORDS["help_texts"],
    )
    return cast(type[SectionForm], made)
