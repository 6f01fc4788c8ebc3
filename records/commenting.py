"""What people say about a record: said, edited or taken back by nobody but themselves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organisations.models import User

from .actions import touch
from .mentions import mentioned, tell
from .models import Comment, MentionChoice, Record
from .widgets import LongText


class CommentForm(forms.Form):
    """The text of a comment on `record`. `seen` is the state the author started from; empty for a new one."""

    text = forms.CharField(
        label=gettext_lazy("Comment"),
        max_length=Comment.LONGEST,
        widget=LongText({"rows": 3, "data-guard": "", "maxlength": Comment.LONGEST}),
        help_text=gettext_lazy(
            "Everyone who can open this record reads this, auditors included. @ and a name tells that person."
        ),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, record: Record, comment: Comment | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = f"comment-{comment.pk if comment else 'new'}-%s"
        self.initial = {"text": comment.text, "seen": comment.state} if comment else {}
        if comment:
            self.fields["text"].label = _("Your comment")
        self.record, self.comment = record, comment
        self.people: dict[User, str] = {}

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        self.people = mentioned(text, self.record)
        return text

    def clean_seen(self) -> str:
        if self.comment and self.cleaned_data["seen"] != self.comment.state:
            raise forms.ValidationError(
                _("You changed this comment meanwhile, in another window: “%(text)s”"),
                params={"text": self.comment.text},
            )
        return str(self.cleaned_data["seen"])

    @property
    def reason(self) -> str:
        """Why it cannot be kept, in one line."""
        return " ".join(str(error) for errors in self.errors.values() for error in errors)


class MentionChoiceForm(forms.ModelForm):
    """Mail on or off. The list in the portal stays in any case."""

    prefix = "mentions"

    class Meta:
        model = MentionChoice
        fields = ["by_mail", "asked_by_mail"]


@transaction.atomic
def say(record: Record, *, text: str, to: dict[User, str], by: User) -> Comment:
    """Keeps a comment and tells those it mentions, `to`: each person with what was written behind the @."""
    comment = Comment.objects.create(record=Record(pk=record.pk), author=by, text=text)
    comment.record = record
    tell(comment, to)
    touch(record, by=by)
    return comment


@transaction.atomic
def reword(comment: Comment, *, text: str, to: dict[User, str], by: User) -> None:
    """Changes what the author said; the history keeps what it was."""
    if text == comment.text:
        return
    comment.text, comment.edited_at = text, timezone.now()
    comment.save(update_fields=["text", "edited_at"])
    tell(comment, to)
    touch(comment.record, by=by)


@transaction.atomic
def take_comment_back(comment: Comment, *, by: User) -> None:
    """Empties a comment; that there was one stays to be seen, and its words stay in the history."""
    comment.text, comment.edited_at = "", timezone.now()
    comment.taken_back_at = comment.edited_at
    comment.save(update_fields=["text", "edited_at", "taken_back_at"])
    tell(comment, {})
    touch(comment.record, by=by)
