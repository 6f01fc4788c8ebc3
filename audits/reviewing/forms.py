"""Forms of a management review: plan and conclusion, what was said about an input, a decision."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audits.models import ManagementReview, ReviewDecision, ReviewInput
from organisations.models import User
from records.actions import let_in
from records.forms import people_of
from records.register_page import RegisterForm
from records.widgets import ChoicesAcross, DayInput, LongText

ISSUED_STAYS = gettext_lazy("Its minutes are issued: nothing in it changes any more.")
YES_OR_NO = [("true", gettext_lazy("Yes")), ("false", gettext_lazy("No"))]
CONCLUSION = ("suitable", "adequate", "effective", "conclusion")


class YesOrNo(forms.TypedChoiceField):
    """True, false, or nothing said yet."""

    def prepare_value(self, value: Any) -> Any:
        return str(value).lower() if isinstance(value, bool) else super().prepare_value(value)


def concluded(label: Any) -> YesOrNo:
    return YesOrNo(
        label=label,
        choices=YES_OR_NO,
        required=False,
        widget=ChoicesAcross,
        coerce=lambda value: str(value).lower() == "true",
        empty_value=None,
    )


class ManagementReviewForm(RegisterForm):
    lets_see = ("chair",)
    suitable = concluded(gettext_lazy("Is the AIMS suitable?"))
    adequate = concluded(gettext_lazy("Is it adequate?"))
    effective = concluded(gettext_lazy("Is it effective?"))
    groups = [
        (
            gettext_lazy("Plan"),
            gettext_lazy("Top management reviews the AIMS. The chair may prepare and write in it."),
            ["title", ("held_on", "chair"), "attendees"],
        ),
        (
            gettext_lazy("Conclusion"),
            gettext_lazy("Said in the meeting; the minutes are not issued without it."),
            ["suitable", "adequate", "effective", "conclusion"],
        ),
        (gettext_lazy("Who keeps the draft"), "", [("owner", "review_on")]),
    ]

    class Meta:
        model = ManagementReview
        fields = ["title", "held_on", "chair", "attendees", *CONCLUSION, "owner", "review_on"]
        labels = {"held_on": gettext_lazy("Day"), "title": gettext_lazy("Name")}
        help_texts = {"title": gettext_lazy("For example “Management review, autumn 2026”.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            for name in CONCLUSION:
                del self.fields[name]

    def save(self, commit: bool = True) -> ManagementReview:
        """Whoever was present may read it, as may the chair."""
        before = set(self.instance.attendees.all()) if self.instance.pk else set()
        review: ManagementReview = super().save(commit)
        present = self.kept_in(review)
        let_in(review, before=before - {review.chair}, now=present, change=False)
        return review

    def kept_in(self, record: ManagementReview) -> set[User]:
        return set(record.attendees.all())

    def clean(self) -> dict[str, Any]:
        if self.instance.pk and not ManagementReview.objects.filter(pk=self.instance.pk).open().exists():
            raise forms.ValidationError(ISSUED_STAYS)
        return super().clean() or self.cleaned_data


class InputForm(forms.Form):
    """What the meeting said about an input, or why it was passed over."""

    shown = forms.CharField(required=False, widget=forms.HiddenInput)
    summary = forms.CharField(
        label=gettext_lazy("Summary"),
        required=False,
        widget=LongText,
        help_text=gettext_lazy("What the meeting said about it."),
    )
    remark = forms.CharField(
        label=gettext_lazy("Remark"),
        required=False,
        widget=LongText({"rows": 2}),
        help_text=gettext_lazy("Where nothing was said about it: why it is passed over."),
    )

    def __init__(self, *args: Any, row: ReviewInput, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row
        self.initial = {"summary": row.summary, "remark": row.remark, "shown": print_of(row.summary, row.remark)}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("shown") and cleaned["shown"] != print_of(self.row.summary, self.row.remark):
            raise forms.ValidationError(_("Somebody else wrote here meanwhile. Look at it again, then keep yours."))
        return cleaned


def print_of(*texts: str) -> str:
    """A few signs by which one sees whether texts changed."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


class DecisionForm(forms.ModelForm):
    """One decision: what, of which kind, who does it and by when."""

    shown = forms.CharField(required=False, widget=forms.HiddenInput)
    groups = [("", "", ["text", "kind", ("owner", "due_on")])]

    class Meta:
        model = ReviewDecision
        fields = ["text", "kind", "owner", "due_on"]
        widgets = {"due_on": DayInput, "text": LongText({"rows": 3})}
        help_texts = {"owner": gettext_lazy("They are told when the minutes are issued.")}

    def __init__(self, *args: Any, review: ManagementReview, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.review = review
        owner: Any = self.fields["owner"]
        owner.queryset, owner.empty_label = people_of(review.organisation), str(_("Choose a person"))
        kind: Any = self.fields["kind"]
        kind.choices = [(value, label) for value, label in kind.choices if value]
        self.initial["shown"] = self.now

    @property
    def now(self) -> str:
        """What stands there, in a few signs; nothing for a new one."""
        row = ReviewDecision.objects.filter(pk=self.instance.pk).first()
        return print_of(row.text, row.kind, str(row.owner_id), str(row.due_on)) if row else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("shown") and cleaned["shown"] != self.now:
            raise forms.ValidationError(_("Somebody else changed it meanwhile. Look at it again, then keep yours."))
        return cleaned
