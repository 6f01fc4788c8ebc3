"""What every record shares: one table on which evidence, links, grants, reminders and history can hang."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, ClassVar, Self, TypeVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models, transaction
from django.db.models.functions import Length, Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from organisations.history import tracked
from organisations.mail_jobs import MailJob
from organisations.models import Organisation

from .addresses import record_address
from .grants import CHANGE, VIEW, changeable_by, readable_by
from .imports.model import Import, ImportFile  # noqa: F401 (two more models of this app)
from .sealing.models import (  # noqa: F401 (eight more)
    Chain,
    EventTable,
    Progress,
    Root,
    RootMail,
    SealedEvent,
    Shape,
    Verification,
)
from .searching import title_trigger

R = TypeVar("R", bound="Record")

# How far ahead "due soon" and "expiring" look, in days.
SOON = timedelta(days=30)


class RecordQuerySet(models.QuerySet[R]):
    """The one door: every page, export, search and report starts with `visible_to`."""

    def visible_to(self, user: Any) -> Self:
        return self.filter(readable_by(user))

    def changeable_by(self, user: Any) -> Self:
        return self.filter(changeable_by(user))

    def of(self, organisation: Organisation) -> Self:
        return self.filter(organisation=organisation)

    def due_by(self, day: date) -> Self:
        """Records whose review falls on `day` or before, the latest-waiting first."""
        return self.filter(review_on__lte=day).order_by("review_on", "reference")


class ReferenceSequence(models.Model):
    """The last number given under a prefix in an organisation, so that a reference is never used twice."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    prefix = models.CharField(max_length=10)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "prefix"], name="one_sequence_each")]

    def __str__(self) -> str:
        return f"{self.prefix}-{self.last}"


@transaction.atomic
def next_reference(organisation: Organisation, prefix: str) -> str:
    """The next free reference, e.g. `AIS-07`; two callers at once wait for each other."""
    ReferenceSequence.objects.get_or_create(organisation=organisation, prefix=prefix)
    sequence = ReferenceSequence.objects.select_for_update().get(organisation=organisation, prefix=prefix)
    sequence.last += 1
    sequence.save(update_fields=["last"])
    return f"{prefix}-{sequence.last:02d}"


def keep_reference(organisation: Organisation, reference: str) -> None:
    """Counts on from a reference that was given from outside: after `AIS-06` comes `AIS-07`."""
    prefix, _dash, digits = reference.rpartition("-")
    if not prefix or not digits.isdigit():
        return
    sequence, _made = ReferenceSequence.objects.get_or_create(organisation=organisation, prefix=prefix)
    if int(digits) > sequence.last:
        sequence.last = int(digits)
        sequence.save(update_fields=["last"])


@tracked(listed_by=("organisation", "pgh_created_at", "pgh_obj"))
class Record(models.Model):
    """Anything an auditor can ask for. Each record type inherits it and adds its own columns."""

    PREFIX: ClassVar[str] = ""
    KIND: ClassVar[str] = ""
    # Fields that name people to whom the record is shown for what they are in it, whatever is asked of them besides.
    SHOWN_TO: ClassVar[tuple[str, ...]] = ()

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="records")
    kind = models.CharField(max_length=30, editable=False)
    reference = models.CharField(_("reference"), max_length=30, editable=False)
    title = models.CharField(_("title"), max_length=200)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_records",
    )
    review_on = models.DateField(_("next review"), null=True, blank=True, db_index=True)
    review_every = models.PositiveSmallIntegerField(
        _("review every"), null=True, blank=True, help_text=_("Months between two reviews.")
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    changed_at = models.DateTimeField(_("last changed"), auto_now=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    objects = RecordQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [(VIEW, "Read this record"), (CHANGE, "Change this record")]
        constraints = [models.UniqueConstraint(fields=["organisation", "reference"], name="reference_is_unique")]
        indexes = [
            # The orders in which lists are opened most: by number (EV-11 before EV-100), and by title.
            models.Index("organisation", "kind", Length("reference"), "reference", name="record_list"),
            models.Index("organisation", "kind", "title", "id", name="record_title"),
            models.Index(fields=["organisation", "review_on"], name="record_due"),
            models.Index(fields=["organisation", "-changed_at"], name="record_changed"),
            models.Index("organisation", OpClass(Upper("reference"), "text_pattern_ops"), name="record_reference"),
        ]
        triggers = [title_trigger()]
        verbose_name = _("record")
        verbose_name_plural = _("records")

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.kind = self.kind or self.KIND
        if not self.reference:
            self.reference = next_reference(self.organisation, self.PREFIX)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return self.url("detail")

    def url(self, page: str) -> str:
        """Address of one of the record's pages: detail, edit, history."""
        return record_address(self.kind, self.organisation.slug, self.reference, page)

    @property
    def edit_url(self) -> str:
        return self.url("edit")

    @property
    def history_url(self) -> str:
        return self.url("history")

    def is_review_overdue(self, today: date) -> bool:
        return bool(self.review_on and self.review_on < today)


@tracked(of_today=True)
class RecordGrant(UserObjectPermissionBase):
    """Guardian's grant of one record to one person, from and until a day; given by `give`, taken by `take_back`."""

    # It follows from what a record names, or from a room, which are told; the release to a room is one for each record.
    IS_TOLD: ClassVar[bool] = False

    content_object = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="grants")
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)

    class Meta(UserObjectPermissionBase.Meta):
        abstract = False
        indexes = [models.Index(fields=["user", "content_object", "permission"], name="record_grant_by_user")]


class SearchEntry(models.Model):
    """What search looks into: kept by triggers (`searching`), beside the record so that lists stay narrow."""

    record = models.OneToOneField(Record, on_delete=models.CASCADE, primary_key=True, related_name="search_entry")
    words = SearchVectorField()

    class Meta:
        default_permissions = ()
        # Without a list of pending entries a search takes as long after a million changes as before them.
        indexes = [GinIndex(fields=["words"], name="search_words", fastupdate=False)]

    def __str__(self) -> str:
        return str(self.pk)


@tracked()
class Comment(models.Model):
    """What one person said about a record. Only they may change it; taken back, a trace of it stays."""

    LONGEST: ClassVar[int] = 10_000

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, editable=False, related_name="+")
    text = models.TextField(_("comment"), blank=True, max_length=LONGEST)
    written_at = models.DateTimeField(default=timezone.now, editable=False)
    edited_at = models.DateTimeField(null=True, blank=True, editable=False)
    taken_back_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        default_permissions = ()
        ordering = ["written_at", "pk"]
        indexes = [models.Index(fields=["record", "written_at"], name="comments_of_a_record")]
        triggers = [pgtrigger.ReadOnly(name="whose_it_is_stays", fields=["record", "author", "written_at"])]
        verbose_name = _("comment")
        verbose_name_plural = _("comments")

    def __str__(self) -> str:
        return f"{self.author}: {self.text[:60]}"

    @property
    def state(self) -> str:
        """Names what stands there now, so that a later save can tell whether it changed meanwhile."""
        return str(int((self.edited_at or self.written_at).timestamp() * 1_000_000))


class Mention(MailJob):
    """That a comment speaks to somebody: unread until they open the record, and a mail, sent once."""

    TASK: ClassVar[str] = "records.tasks.send_mention"

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="mentions")
    # As it stands in the comment behind the @: names change, what was written does not.
    written = models.CharField(max_length=254)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["-queued_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["comment", "person"], name="mentioned_once_each")]
        indexes = [
            models.Index(
                fields=["try_at"], condition=models.Q(state__in=["queued", "sending"]), name="mentions_under_way"
            ),
            models.Index(fields=["person", "organisation"], condition=models.Q(read_at=None), name="mentions_not_read"),
        ]
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")

    def __str__(self) -> str:
        return f"{self.comment_id} → {self.written}"


@tracked(of_today=True)
class MentionChoice(models.Model):
    """Whether one person wants a mail when they are mentioned, or asked for something; without a row they do."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    by_mail = models.BooleanField(
        _("Send me a mail when somebody mentions me"), default=True, help_text=_("At once, one for each mention.")
    )
    asked_by_mail = models.BooleanField(
        _("Send me a mail when something is asked of me"),
        default=True,
        help_text=_("At once: evidence, an action, and what becomes of it."),
    )

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["organisation", "person"], name="one_mention_choice_each")]
        verbose_name = _("choice about mentions")
        verbose_name_plural = _("choices about mentions")

    def __str__(self) -> str:
        return f"{self.person}: {self.by_mail}"


class SavedFilter(models.Model):
    """Filters, order, rows and columns of one list under a name: for oneself, or for everybody."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=30)
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=2000, blank=True)
    is_shared = models.BooleanField(_("for everybody in the organisation"), default=False)
    default_for = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")

    class Meta:
        default_permissions = ()
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "owner", "kind", "name"],
                name="filter_names_differ",
                violation_error_message=_("You have a filter of this name already."),
            )
        ]
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")

    def __str__(self) -> str:
        return self.name
