"""Forms of documents and of their versions."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clauses.asking.sight import asked_about
from clauses.models import Document, DocumentVersion
from evidence.admitting import admitted
from evidence.checking import ACCEPT, Refused
from organisations.authority import lacks
from organisations.models import User
from records.approvable import OPEN
from records.forms import people_of
from records.register_page import REVIEW, RegisterForm
from records.widgets import Checks, DayInput, LongText

from .writing import ask_to_read, label_after, let_go, needed_for, people_who_read


class DocumentForm(RegisterForm):
    lets_see: ClassVar[tuple[str, ...]] = ("approver",)
    groups = [
        (
            gettext_lazy("Document"),
            gettext_lazy("What it says stands in its versions, which are written on its page."),
            ["title", "document_kind", "source", "positions"],
        ),
        (
            gettext_lazy("Approval and distribution"),
            gettext_lazy("Whoever writes a version cannot approve it. Each new version is read anew."),
            ["approver", "read_by_all", "readers"],
        ),
        (*REVIEW, ["owner", ("review_on", "review_every")]),
    ]

    class Meta:
        model = Document
        fields = [
            *("title", "document_kind", "source", "positions", "approver", "read_by_all", "readers"),
            *("owner", "review_on", "review_every"),
        ]
        labels = {"title": gettext_lazy("Title")}
        help_texts = {
            "source": gettext_lazy("Of a document from outside: who publishes it, and where it is found."),
            "positions": gettext_lazy("The requirements whose documented information it is."),
            "approver": gettext_lazy("They find it among what is due for them once it is in review."),
        }
        widgets = {"readers": Checks}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(Any, self.fields["readers"])
        chosen = [one.pk for one in self.instance.readers.all()] if self.instance.pk else []
        field.queryset = (people_of(self.organisation) | User.objects.filter(pk__in=chosen)).distinct().order_by("name")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        approver, kind = cleaned.get("approver"), cleaned.get("document_kind", "")
        if approver and (why := lacks(approver, self.organisation, needed_for(kind))):
            self.add_error("approver", why)
        if kind and self.is_decided_by_another(kind):
            words = _("A version is in review or approved, and this kind is approved with another authority.")
            self.add_error("document_kind", words)
        return cleaned

    def is_decided_by_another(self, kind: str) -> bool:
        """Whether somebody else would have to approve a document of this kind than what is decided on by now."""
        # As it is kept: what was typed stands in the instance by the time a page is shown again.
        kept = Document.objects.filter(pk=self.instance.pk).first()
        if kept is None or needed_for(kept.document_kind) == needed_for(kind):
            return False
        return kept.versions.exclude(state__in=OPEN).exists()

    def save(self, commit: bool = True) -> Document:
        former = people_who_read(Document.objects.get(pk=self.instance.pk)) if self.instance.pk else set()
        document: Document = super().save(commit)
        let_go(document, former)
        ask_to_read(document)
        return document

    def kept_in(self, record: Any) -> set[User]:
        return set(User.objects.filter(pk__in=asked_about(record)))


class VersionForm(forms.Form):
    """The next version: Markdown or a file. `began_at` is the number of the version it goes on from."""

    label = forms.CharField(label=gettext_lazy("Version"), max_length=20, widget=forms.TextInput({"class": "short"}))
    effective_on = forms.DateField(
        label=gettext_lazy("In force from"),
        required=False,
        widget=DayInput(),
        help_text=gettext_lazy("Left empty, from the day of its approval."),
    )
    change_note = forms.CharField(label=gettext_lazy("What is new"), max_length=300, required=False)
    text = forms.CharField(
        label=gettext_lazy("Text"),
        required=False,
        max_length=DocumentVersion.LONGEST,
        widget=LongText({"rows": 22, "data-guard": ""}),
        help_text=gettext_lazy("Markdown: # heading, - list, **bold**."),
    )
    file = forms.FileField(
        label=gettext_lazy("Or a file"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput({"accept": ACCEPT}),
    )
    began_at = forms.IntegerField(required=False, widget=forms.HiddenInput)
    groups = [
        (
            gettext_lazy("Version"),
            gettext_lazy("A draft until somebody else has approved it."),
            [("label", "effective_on"), "change_note"],
        ),
        (
            gettext_lazy("What it says"),
            gettext_lazy("Written here, or as a file. What was approved stays as it is."),
            ["text", "file"],
        ),
    ]

    def __init__(self, *args: Any, document: Document, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.document = document
        newest = document.latest
        self.initial["label"] = label_after(document)
        self.initial["text"] = newest.text if newest else ""
        self.initial["began_at"] = newest.number if newest else 0
        for name in ("text", "file"):
            self.fields[name].is_one_of_two = True  # type: ignore[attr-defined]

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        return text.replace("\r\n", "\n").strip()

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file:
            try:
                admitted(file)
            except Refused as refusal:
                raise forms.ValidationError(refusal.messages) from refusal
        return file

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        file, text = cleaned.get("file"), cleaned.get("text", "")
        newest = self.document.latest
        if file and newest and text == newest.text:
            # The text of the version before stood there; who chooses a file means the file.
            cleaned["text"] = text = ""
        if not {"text", "file"} & self.errors.keys() and bool(file) == bool(text):
            self.add_error("text", _("Write the text or choose a file, one of the two."))
        if file and self.errors and "file" not in self.errors:
            words = _("Nothing was stored because of what is wrong on this page. Choose “%(name)s” again.")
            self.add_error("file", words % {"name": file.name})
        return cleaned
