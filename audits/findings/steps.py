"""What is said beside a verb of a finding: the answer, what was done, the remark of the auditor."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from audits.models import Finding, FindingState
from organisations.models import User
from records.widgets import LongText

from . import actions


def text(label: Any, help_text: Any = "", *, required: bool = True, rows: int = 4) -> forms.CharField:
    widget = LongText({"rows": rows, "data-guard": ""})
    return forms.CharField(label=label, help_text=help_text, required=required, widget=widget)


class StepForm(forms.Form):
    """One step of a finding, under the version that was shown."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, finding: Finding, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.finding = finding
        names = [name for name in self.fields if name not in {"version", "remark"}]
        self.initial = {"version": finding.version, **{name: getattr(finding, name) for name in names}}

    def keep(self, *, by: User, verb: str = "") -> bool:
        """Does it; False where that was refused, which then stands in the form."""
        try:
            self.act(by=by, verb=verb, seen=self.cleaned_data["version"])
        except ValidationError as error:
            self.take(error)
            return False
        return True

    def take(self, error: ValidationError) -> None:
        known = hasattr(error, "error_dict") and set(error.error_dict) <= set(self.fields)
        self.add_error(None, error if known else error.messages)

    def act(self, *, by: User, verb: str, seen: int | None) -> None:
        raise NotImplementedError


class RespondForm(StepForm):
    """The answer to a nonconformity."""

    correction = text(gettext_lazy("Correction"), gettext_lazy("What is mended at once."))
    cause = text(gettext_lazy("Cause"), gettext_lazy("Why it could happen."))
    measure = text(gettext_lazy("Planned corrective action"), gettext_lazy("What keeps it from happening again."))

    def act(self, *, by: User, verb: str, seen: int | None) -> None:
        said = {name: self.cleaned_data[name] for name in ("correction", "cause", "measure")}
        actions.respond(self.finding, by=by, seen=seen, **said)


class ReplyForm(StepForm):
    """What is said of a finding that asks for nothing."""

    response = text(gettext_lazy("Response"))

    def act(self, *, by: User, verb: str, seen: int | None) -> None:
        actions.respond(self.finding, by=by, seen=seen, response=self.cleaned_data["response"])


class CorrectForm(StepForm):
    done = text(gettext_lazy("What was done"), gettext_lazy("Put the evidence on the finding, then say so here."))

    def act(self, *, by: User, verb: str, seen: int | None) -> None:
        actions.mark_corrected(self.finding, by=by, done=self.cleaned_data["done"], seen=seen)


class DecideForm(StepForm):
    """What the auditor says of the plan, or of what was done."""

    remark = text(gettext_lazy("Remark"), required=False)

    VERBS = {
        FindingState.RESPONDED: {
            "accept": (gettext_lazy("Accept the plan"), gettext_lazy("The plan of %(record)s is accepted.")),
            "return": (gettext_lazy("Return it"), gettext_lazy("%(record)s was returned to its owner.")),
        },
        FindingState.CORRECTED: {
            "verify": (gettext_lazy("Verified: close it"), gettext_lazy("%(record)s is verified and closed.")),
            "reject": (gettext_lazy("Reject and reopen"), gettext_lazy("%(record)s is open again.")),
        },
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_plan = self.finding.state == FindingState.RESPONDED
        self.fields["remark"].label, self.fields["remark"].help_text = (
            (gettext_lazy("Remark"), gettext_lazy("Needed where it is returned: why."))
            if is_plan
            else (gettext_lazy("What you saw"), gettext_lazy("What shows that it works; where it is rejected: why."))
        )

    @property
    def verbs(self) -> dict[str, Any]:
        """Name → label and what is said afterwards."""
        return self.VERBS.get(FindingState(self.finding.state), {})

    def act(self, *, by: User, verb: str, seen: int | None) -> None:
        finding, remark = self.finding, self.cleaned_data["remark"]
        if verb == "accept":
            actions.accept_plan(finding, by=by, remark=remark, seen=seen)
        elif verb == "return":
            actions.return_plan(finding, by=by, reason=remark, seen=seen)
        elif verb == "verify":
            actions.verify(finding, by=by, saw=remark, seen=seen)
        elif verb == "reject":
            actions.reject(finding, by=by, reason=remark, seen=seen)
        else:
            raise ValidationError(gettext_lazy("Choose what you decide."))
