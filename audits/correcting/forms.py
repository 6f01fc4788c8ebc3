"""Forms of a corrective action and of what is said with its verbs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audits.correcting.earlier import earlier_ones
from audits.models import WHYS, ActionState, CorrectiveAction
from clauses.asking.sight import asked_about
from clauses.asking.verbs import keeps_records
from organisations.models import Organisation, User
from records.forms import people_of
from records.register_page import RegisterForm
from records.widgets import DayInput, LongText, Segments

SETTLED_STAYS = gettext_lazy("It is closed; nothing in it changes any more. If it happens again, make a new one.")
SOURCES = ("remedies", "incidents", "concerns", "decided_in", "complaint")
WHAT_WAS_DONE = ("correction", "root_cause", "measure")


class CorrectiveActionForm(RegisterForm):
    lets_see = ("checker",)
    groups = [
        (
            gettext_lazy("What went wrong"),
            gettext_lazy("Where it came from: at least one of these, or a problem of its own."),
            ["title", "remedies", "incidents", "concerns", "decided_in", "complaint", "problem", "recurs"],
        ),
        (gettext_lazy("Correction"), gettext_lazy("What is mended at once, whatever the cause."), ["correction"]),
        (
            gettext_lazy("Five whys"),
            gettext_lazy("Ask why until the answer is something that can be changed. Fewer than five may do."),
            [*WHYS, "root_cause"],
        ),
        (gettext_lazy("Corrective action"), gettext_lazy("What takes the cause away."), ["measure"]),
        (
            gettext_lazy("Who and when"),
            gettext_lazy("The due day moves later only by an extension, with a reason."),
            ["owner", "due_on", ("checker", "check_on"), "review_on"],
        ),
    ]

    class Meta:
        model = CorrectiveAction
        fields = [
            *("title", "remedies", "incidents", "concerns", "decided_in", "complaint", "problem", "recurs"),
            *("correction", *WHYS, "root_cause", "measure", "owner", "due_on", "checker", "check_on", "review_on"),
        ]
        labels = {"title": gettext_lazy("Problem in one line"), "problem": gettext_lazy("What went wrong")}
        help_texts = {
            "checker": gettext_lazy("Not the owner. They are asked when it is done."),
            "recurs": gettext_lazy("The earlier corrective action that did not keep it from happening again."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        recurs: Any = self.fields["recurs"]
        is_over = Q(state=ActionState.CLOSED) | Q(pk=self.instance.recurs_id)
        recurs.queryset = recurs.queryset.filter(is_over).exclude(pk=self.instance.pk)
        if self.instance.pk:
            del self.fields["due_on"]
            if not keeps_records(self.user, self.organisation):
                del self.fields["owner"]

    def kept_in(self, record: CorrectiveAction) -> set[User]:
        """Whoever does an action about it goes on seeing it."""
        return set(User.objects.filter(pk__in=asked_about(record)))

    @property
    def earlier(self) -> list[CorrectiveAction]:
        """Closed ones that are like this one, for who says whether it happened before."""
        chosen = {name: self.chosen(name) for name in ("remedies", "incidents", "concerns")}
        return earlier_ones(
            self.user,
            self.organisation,
            finding=next(iter(chosen["remedies"]), None),
            incidents=chosen["incidents"],
            concerns=chosen["concerns"],
            but=self.instance.pk,
        )

    def chosen(self, name: str) -> list[Any]:
        """The records that a field of the form names now, as far as it offers them."""
        value = self[name].value()
        keys = value if isinstance(value, list | tuple) else [value]
        wanted = [str(getattr(key, "pk", key)) for key in keys if key]
        field: Any = self.fields[name]
        return list(field.queryset.filter(pk__in=[key for key in wanted if key.isdecimal()])) if wanted else []

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.instance.pk and not CorrectiveAction.objects.filter(pk=self.instance.pk).open().exists():
            raise forms.ValidationError(SETTLED_STAYS)
        if not self.instance.pk and not any(cleaned.get(name) for name in (*SOURCES, "problem")):
            self.add_error("problem", _("Say what went wrong, or name where it came from."))
        if self.instance.pk and not self.instance.is_to_do:
            for name in WHAT_WAS_DONE:
                if not cleaned.get(name):
                    self.add_error(name, _("It was called done with this; it stays written down."))
        owner = cleaned.get("owner", self.instance.owner)
        if owner and owner == cleaned.get("checker"):
            self.add_error("checker", _("The owner does not check the effect."))
        return cleaned


class SaidForm(forms.Form):
    """What is said with a verb. `version` is the one that was shown."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, record: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.record = record
        self.initial.setdefault("version", record.version)

    @property
    def organisation(self) -> Organisation:
        found: Organisation = self.record.organisation
        return found

    @property
    def seen(self) -> int:
        """The version that was shown; 0, which none has, where none is named."""
        return self.cleaned_data.get("version") or 0


class DoneForm(SaidForm):
    outcome = forms.CharField(label=gettext_lazy("What was done"), widget=LongText)
    check_on = forms.DateField(
        label=gettext_lazy("Effect checked on"),
        widget=DayInput,
        help_text=gettext_lazy("Late enough to see whether it happens again."),
    )
    checker: Any = forms.ModelChoiceField(
        queryset=User.objects.none(),
        label=gettext_lazy("Who checks the effect"),
        empty_label=gettext_lazy("Choose a person"),
        help_text=gettext_lazy("Not the owner, and not you."),
    )
    groups = [("", "", ["outcome", ("checker", "check_on")])]

    def __init__(self, *args: Any, record: CorrectiveAction, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        checker: Any = self.fields["checker"]
        checker.queryset = people_of(record.organisation).exclude(pk=record.owner_id or 0)
        self.initial.update(outcome=record.outcome, check_on=record.check_on, checker=record.checker_id)


class ExtendForm(SaidForm):
    due_on = forms.DateField(label=gettext_lazy("New due day"), widget=DayInput)
    reason = forms.CharField(label=gettext_lazy("Reason"), widget=LongText)


class HandOverForm(SaidForm):
    owner: Any = forms.ModelChoiceField(
        queryset=User.objects.none(), label=gettext_lazy("New owner"), empty_label=gettext_lazy("Choose a person")
    )

    def __init__(self, *args: Any, record: CorrectiveAction, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        owner: Any = self.fields["owner"]
        owner.queryset = people_of(record.organisation).exclude(pk=record.owner_id or 0)


class EffectForm(SaidForm):
    is_effective = forms.TypedChoiceField(
        label=gettext_lazy("Did it help?"),
        choices=[("yes", gettext_lazy("Effective")), ("no", gettext_lazy("Not effective"))],
        coerce=lambda value: value == "yes",
        empty_value=None,
        widget=Segments,
        help_text=gettext_lazy("Effective closes it. Not effective opens it again."),
    )
    result = forms.CharField(
        label=gettext_lazy("What you looked at, and what it showed"),
        widget=LongText,
        help_text=gettext_lazy("If it did not help: why, so that its owner can go on from there."),
    )
