"""Documented information: documents, their versions, and who has read which (ISO 42001 5.2, 7.5)."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from evidence.models import StoredFile
from organisations.history import tracked
from organisations.models import Organisation
from records.approvable import SETTLED, Approvable, Standing, never_deleted, settled_stays
from records.models import Record, RecordQuerySet
from records.searching import searched

from .position import Position


class DocumentKind(models.TextChoices):
    POLICY = "policy", _("Policy")
    PROCEDURE = "procedure", _("Procedure")
    PLAN = "plan", _("Plan")
    SCOPE = "scope", _("Scope")
    EXTERNAL = "external", _("External document")
    OTHER = "other", _("Other")


class DocumentQuerySet(RecordQuerySet["Document"]):
    def approved(self) -> DocumentQuerySet:
        return self.filter(Exists(versions_of(state=Standing.APPROVED)))

    def not_approved(self) -> DocumentQuerySet:
        """Documents of which no version holds."""
        return self.exclude(Exists(versions_of(state=Standing.APPROVED)))

    def open(self, state: str) -> DocumentQuerySet:
        """Documents whose newest version stands so: draft, in review, returned."""
        return self.annotate(newest=newest("state")).filter(newest=state)

    def with_versions(self, on: date) -> DocumentQuerySet:
        """Each with `holds` and `holds_from`, of the version in force that day, and `newest_label`, `newest_state`."""
        begun = {"state__in": SETTLED, "effective_on__lte": on}
        found: DocumentQuerySet = self.annotate(
            holds=newest("label", **begun),
            holds_from=newest("effective_on", **begun),
            newest_label=newest("label"),
            newest_state=newest("state"),
        )
        return found


def versions_of(**which: Any) -> models.QuerySet[Any]:
    return DocumentVersion.objects.filter(document=OuterRef("pk"), **which)


def newest(column: str, **which: Any) -> Subquery:
    return Subquery(versions_of(**which).order_by("-number").values(column)[:1])


@tracked()
@searched("source")
class Document(Record):
    """A document the AIMS needs, whoever wrote it; what it says stands in its versions (ISO 42001 7.5)."""

    PREFIX: ClassVar[str] = "DOC"
    KIND: ClassVar[str] = "document"

    document_kind = models.CharField(_("kind"), max_length=12, choices=DocumentKind)
    source = models.CharField(_("where it comes from"), max_length=300, blank=True)
    positions = models.ManyToManyField(
        Position,
        verbose_name=_("clauses and controls"),
        blank=True,
        related_name="documents",
        through="DocumentPosition",
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who approves"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    read_by_all = models.BooleanField(_("everybody reads it"), default=False)
    readers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, verbose_name=_("who reads it"), blank=True, related_name="+", through="DocumentReader"
    )

    objects = DocumentQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        default_permissions = ()
        verbose_name = _("document")
        verbose_name_plural = _("documents")

    def clean(self) -> None:
        if self.document_kind == DocumentKind.EXTERNAL and not self.source.strip():
            raise ValidationError({"source": _("Say where a document from outside comes from.")})

    def in_force(self, on: date) -> DocumentVersion | None:
        """The version that holds on a day: the newest that was approved and had begun by then."""
        return self.versions.filter(state__in=SETTLED, effective_on__lte=on).order_by("-number").first()

    @property
    def latest(self) -> DocumentVersion | None:
        """The version written last, whatever became of it."""
        return self.versions.order_by("-number").first()


@tracked()
class DocumentPosition(models.Model):
    """That a document is what a requirement asks to be documented."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE)
    position = models.ForeignKey(Position, on_delete=models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "position"], name="documents_a_requirement_once")]
        verbose_name = _("requirement it documents")

    def __str__(self) -> str:
        return f"{self.document_id} → {self.position_id}"


@tracked()
class DocumentReader(models.Model):
    """That somebody has to read a document, each version anew."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "person"], name="reads_a_document_once")]
        verbose_name = _("reader")

    def __str__(self) -> str:
        return f"{self.document_id} → {self.person_id}"


# What it says stays where it is, in rows that nobody changes: history need not repeat it, the hash will do.
@tracked(without=("text", "key", "content_type", "written_at"))
class DocumentVersion(StoredFile, Approvable):
    """What a document said at one time: Markdown or a file. A draft that is changed is a row more, never another text.

    `number` counts the rows of a document, `label` is the version as people write it. `sha256` is of the file, or of
    the text in UTF-8; it is empty where a file announced the version and its content never arrived.
    """

    LONGEST: ClassVar[int] = 200_000
    # What history calls it; who wrote and approved it are told as what happened to it.
    known_by: ClassVar[tuple[str, ...]] = ("label",)

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="versions")
    label = models.CharField(_("version"), max_length=20)
    text = models.TextField(_("text"), blank=True, max_length=LONGEST)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("author"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    written_at = models.DateTimeField(_("written"), default=timezone.now, editable=False)
    effective_on = models.DateField(_("in force from"), null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="document_versions_count_up"),
            models.CheckConstraint(condition=Q(text="") | Q(key=""), name="either_a_text_or_a_document_file"),
            models.CheckConstraint(
                condition=Q(sha256="", text="", key="") | Q(sha256__gt="") & ~Q(text="", key=""),
                name="what_a_document_says_is_hashed",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=SETTLED) | Q(author=None) | ~Q(decided_by=F("author")),
                name="document_approved_by_another",
            ),
        ]
        triggers = [
            settled_stays(),
            never_deleted(),
            pgtrigger.ReadOnly(
                name="what_it_says_stays",
                fields=[
                    *("document", "number", "label", "text", "author", "written_at", "change_note"),
                    *("key", "filename", "content_type", "size", "sha256"),
                ],
            ),
        ]
        verbose_name = _("version")
        verbose_name_plural = _("versions")

    def __str__(self) -> str:
        return f"{self.document.title} {self.label}"

    def get_absolute_url(self) -> str:
        return f"{self.document.get_absolute_url()}versions/{self.number}/"

    def url(self, page: str) -> str:
        """Address of one of its pages: submit, approve, return, file."""
        return f"{self.get_absolute_url()}{page}/"

    @property
    def organisation(self) -> Organisation:
        return self.document.organisation

    @property
    def kept_in(self) -> Document:
        return self.document

    @property
    def version(self) -> int:
        """What a person who decides had before them: a row never says anything else."""
        return self.number

    def makers(self) -> set[int | None]:
        """Whoever wrote since the last version that was approved: each draft goes on from the one before."""
        earlier = DocumentVersion.objects.filter(document=self.document_id, number__lte=self.number)
        approved = earlier.filter(state__in=SETTLED).exclude(pk=self.pk).order_by("-number").values("number")[:1]
        since = models.functions.Coalesce(Subquery(approved), 0)
        return set(earlier.filter(number__gt=since).values_list("author", flat=True))


@tracked()
class Reading(models.Model):
    """That one person was asked to read a version that was approved, and when they said that they had understood it."""

    read_version = models.ForeignKey(DocumentVersion, on_delete=models.PROTECT, related_name="readings")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_on = models.DateField(_("asked"))
    due_on = models.DateField(_("to be read by"), db_index=True)
    confirmed_at = models.DateTimeField(_("read and understood"), null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["person__name"]
        constraints = [models.UniqueConstraint(fields=["read_version", "person"], name="asked_to_read_once")]
        triggers = [
            pgtrigger.Protect(
                name="confirmed_stays",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__confirmed_at__isnull=False),
            )
        ]
        verbose_name = _("reading")
        verbose_name_plural = _("readings")

    def __str__(self) -> str:
        return f"{self.read_version_id} → {self.person_id}"
