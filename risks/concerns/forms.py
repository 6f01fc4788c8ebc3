"""Forms of concerns: those anybody fills in, and those of whoever handles them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from records.forms import RecordForm, require
from records.widgets import LongText
from risks.concerns.actions import ANONYMOUS
from risks.models import Concern, ConcernState

LONGEST = 10_000


def message(label: Any, help_text: Any = "") -> forms.CharField:
    widget = LongText({"rows": 8, "maxlength": LONGEST, "autocomplete": "off"})
    return forms.CharField(label=label, help_text=help_text, max_length=LONGEST, widget=widget)


class SpeakUpForm(forms.Form):
    """What worries somebody. It asks for no name, and offers no list: that would tell strangers what we use."""

    text = message(
        gettext_lazy("What worries you"),
        gettext_lazy("Leave out what would tell who you are, if you do not want to be known."),
    )
    system = forms.CharField(
        label=gettext_lazy("Which AI system is it about"),
        help_text=gettext_lazy("As you call it."),
        max_length=150,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )


class CodeForm(forms.Form):
    """The code that was shown when the concern was sent."""

    code = forms.CharField(
        label=gettext_lazy("Your code"),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "class": "short"}),
    )


class MessageForm(forms.Form):
    """One more message to a concern, under the code it was opened with."""

    code = forms.CharField(max_length=40, widget=forms.HiddenInput)
    message = message(gettext_lazy("Add a message"))


class ConcernForm(RecordForm):
    """A concern that came by letter or talk; later its handling. What was said, and how it came, stays."""

    STAYS = ("channel", "received_on", "text")
    groups = [
        (gettext_lazy("What was said"), "", ["title", "text", ("channel", "received_on")]),
        (
            gettext_lazy("How it is handled"),
            gettext_lazy("Nobody tries to find out who raised it (A.3.3)."),
            ["system", ("owner", "state"), "review_on", "risks"],
        ),
    ]

    class Meta:
        model = Concern
        fields = ["title", "text", "channel", "received_on", "system", "owner", "state", "review_on", "risks"]
        labels = {"owner": gettext_lazy("Handled by"), "text": gettext_lazy("In their words")}
        help_texts = {
            "channel": gettext_lazy("For example letter, talk, telephone."),
            "text": gettext_lazy("Without a name, unless they want theirs to be known."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for name in self.STAYS:
                del self.fields[name]
            self.narrow_states(self.fields["state"])
        else:
            del self.fields["state"]
            self.initial["channel"] = self.initial.get("channel", "").replace(ANONYMOUS, "")
            self.initial.setdefault("received_on", self.organisation.today())
            require(self, "owner")

    def narrow_states(self, field: Any) -> None:
        """Answering is a step of its own."""
        if self.instance.state != ConcernState.ANSWERED:
            field.choices = [choice for choice in field.choices if choice[0] != ConcernState.ANSWERED]

    def clean_channel(self) -> str:
        channel: str = self.cleaned_data["channel"].strip()
        if channel.lower() == ANONYMOUS:
            raise forms.ValidationError(_("That form is for those who send it themselves. Say how this one came."))
        return channel

    def clean_received_on(self) -> Any:
        day = self.cleaned_data["received_on"]
        if day > self.organisation.today():
            raise forms.ValidationError(_("This day lies ahead."))
        return day

    def clean_state(self) -> str:
        state: str = self.cleaned_data["state"]
        if state == ConcernState.CLOSED and not self.instance.answer:
            raise forms.ValidationError(_("Answer it first, then close it."))
        return state


class AnswerForm(RecordForm):
    """The answer, which whoever raised the concern reads with their code."""

    class Meta:
        model = Concern
        fields = ["answer"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        require(self, "answer")
