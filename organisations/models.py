"""People, organisations and what binds them: memberships with roles, grants, invitations."""

from __future__ import annotations

import zoneinfo
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from guardian.mixins import GuardianUserMixin
from guardian.models import UserObjectPermissionBase

from .authority import Given
from .history import tracked
from .moment import today
from .roles import MANAGE_MEMBERS, PERMISSIONS, ROLES_WITH_END_DATE, VIEW_RECORDS, Role

# Words that begin our own addresses cannot be an organisation's.
RESERVED_SLUGS = frozenset(
    {"accounts", "api", "healthz", "kit", "static", "invitations", "organisations", "media", "speak-up", "calendar"}
)


class UserManager(BaseUserManager["User"]):
    """Makes people who sign in by mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Returns a saved user; without a password nobody can sign in with it until one is set."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_superuser=True, **fields)


class User(GuardianUserMixin, AbstractBaseUser, PermissionsMixin):
    """A person. One login may belong to several organisations."""

    email = models.EmailField(_("mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    is_active = models.BooleanField(_("may sign in"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name"]
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else self.email


def known_time_zone(name: str) -> None:
    """Raises ValidationError unless `name` is an IANA time zone."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("“%(name)s” is not a time zone, for example Europe/Berlin."), params={"name": name})


@tracked(seen_with=VIEW_RECORDS, kept_at="organisation-edit")
class Organisation(models.Model):
    """One client with one AIMS. Everything else hangs on it, and nothing crosses it."""

    name = models.CharField(_("name"), max_length=150)
    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    legal_form = models.CharField(_("legal form"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    business = models.CharField(_("business"), max_length=300, blank=True)
    sites = models.TextField(_("sites"), blank=True, help_text=_("One a line."))
    jurisdictions = models.TextField(_("jurisdictions"), blank=True, help_text=_("One a line."))
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    timezone = models.CharField(_("time zone"), max_length=50, default="Europe/Berlin", validators=[known_time_zone])
    scope_statement = models.TextField(_("scope of the AIMS"), blank=True)
    scope_version = models.CharField(_("version of the scope"), max_length=20, blank=True)
    certification_body = models.CharField(_("certification body"), max_length=150, blank=True)
    stage1_on = models.DateField(_("stage 1 begins"), null=True, blank=True)
    stage2_on = models.DateField(_("stage 2 begins"), null=True, blank=True)
    # What is later than this many days is told to the owner's manager, or else to the compliance officers.
    escalate_after = models.PositiveSmallIntegerField(
        _("days late before others are told"), default=14, validators=[MinValueValidator(1), MaxValueValidator(90)]
    )

    class Meta:
        ordering = ["name"]
        default_permissions = ()
        permissions = PERMISSIONS
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.slug = self.slug or free_slug(self.name)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("home", kwargs={"organisation": self.slug})

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.timezone)

    def today(self) -> date:
        """The day it is at the organisation, or that is looked at: every "due" and "overdue" is counted from it."""
        return today(self.zone)


def free_slug(name: str) -> str:
    """The first free short name made of the first word of `name`, then of more of it, then numbered."""
    words = [word for word in slugify(name).split("-") if word] or ["organisation"]
    candidates = ["-".join(words[:n]) for n in range(1, len(words) + 1)]
    candidates += [f"{candidates[-1]}-{n}" for n in range(2, 1000)]
    taken = set(Organisation.objects.filter(slug__startswith=words[0]).values_list("slug", flat=True)) | RESERVED_SLUGS
    return next(slug[:60] for slug in candidates if slug and slug not in taken)


class LocalDay(models.Func):
    """The calendar day of a moment in a time zone: `LocalDay(Value(now), F("organisation__timezone"))`."""

    function = ""
    template = "((%(expressions)s)::date)"
    arg_joiner = " AT TIME ZONE "
    output_field = models.DateField()


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self) -> MembershipQuerySet:
        """Memberships that have not ended, each judged by the day at its own organisation."""
        today = LocalDay(models.Value(timezone.now(), models.DateTimeField()), models.F("organisation__timezone"))
        return self.filter(models.Q(until=None) | models.Q(until__gte=today))

    def with_rights(self) -> Any:
        """Annotates `rights`, the list of what each may do there (see roles)."""
        held = OrganisationGrant.objects.filter(
            user=models.OuterRef("user"), content_object=models.OuterRef("organisation")
        )
        return self.annotate(rights=ArraySubquery(held.values("permission__codename")))

    def holding(self, right: str) -> MembershipQuerySet:
        found: MembershipQuerySet = self.with_rights().filter(rights__contains=[right])
        return found


@tracked(seen_with=MANAGE_MEMBERS, kept_at="member-list", of_today=True)
class Membership(models.Model):
    """A person's place in an organisation, with one role; ends after `until`."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=30, choices=Role)
    function = models.CharField(_("function"), max_length=150, blank=True)
    top_management = models.BooleanField(_("top management"), default=False)
    authority = models.CharField(
        _("authority"),
        max_length=20,
        choices=Given,
        blank=True,
        help_text=_("What they may accept and approve. Top management may decide on everything."),
    )
    until = models.DateField(_("until"), null=True, blank=True, help_text=_("The last day of access."))
    # To whom the person reports: is told of what they leave undone.
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("reports to"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["user__name"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user"], name="one_membership_each"),
            models.CheckConstraint(
                condition=models.Q(until__isnull=False) | ~models.Q(role__in=sorted(ROLES_WITH_END_DATE)),
                name="outsiders_have_an_end_date",
                violation_error_message=_("An auditor from outside needs a last day of access."),
            ),
        ]
        verbose_name = _("member")
        verbose_name_plural = _("members")

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}"

    @property
    def has_ended(self) -> bool:
        return bool(self.until and self.until < self.organisation.today())


@tracked(of_today=True)
class OrganisationGrant(UserObjectPermissionBase):
    """Guardian's grant of one right on one organisation, written only by `appoint` (see actions)."""

    content_object = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="grants")

    class Meta(UserObjectPermissionBase.Meta):
        abstract = False
        indexes = [models.Index(fields=["user", "content_object", "permission"], name="grant_by_user")]


@tracked(without=("token_hash",), seen_with=MANAGE_MEMBERS, kept_at="member-list", of_today=True)
class Invitation(models.Model):
    """A mailed offer of membership. Its link works once, until it expires; only a hash of the link is kept."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("mail address"))
    name = models.CharField(_("name"), max_length=150)
    function = models.CharField(_("function"), max_length=150, blank=True)
    role = models.CharField(_("role"), max_length=30, choices=Role)
    until = models.DateField(_("until"), null=True, blank=True, help_text=_("The last day of access."))
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    # Nobody, when whoever runs the portal invites the first administrator of a new organisation.
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    # Empty until a mail server has taken the mail.
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    expires_at = models.DateTimeField(_("link works until"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        ordering = ["-expires_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email"],
                condition=models.Q(accepted_at=None, withdrawn_at=None),
                name="one_open_invitation_each",
                violation_error_message=_("This address already has an open invitation."),
            ),
        ]
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")

    def __str__(self) -> str:
        return self.email

    @property
    def standing(self) -> str:
        """`open`, or why the link no longer works: `accepted`, `withdrawn`, `ended` (last day over), `expired`."""
        if self.accepted_at:
            return "accepted"
        if self.withdrawn_at:
            return "withdrawn"
        if self.until and self.until < self.organisation.today():
            return "ended"
        return "open" if self.expires_at > timezone.now() else "expired"

    @property
    def is_open(self) -> bool:
        return self.standing == "open"


class SentMail(models.Model):
    """A mail kept instead of sent, where no mail server is configured (the demo's outbox)."""

    # The organisation on whose behalf it was sent; empty for mail about an account, such as a new password.
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, null=True, related_name="sent_mail")
    sent_at = models.DateTimeField(auto_now_add=True)
    sender = models.CharField(max_length=320)
    recipient = models.EmailField(db_index=True)
    subject = models.CharField(max_length=400)
    body = models.TextField()

    class Meta:
        ordering = ["-sent_at", "-pk"]
        verbose_name = _("sent mail")
        verbose_name_plural = _("sent mail")

    def __str__(self) -> str:
        return self.subject


@tracked(without=("key_hash", "last_used_at"), seen_with=MANAGE_MEMBERS, kept_at="api-key-list", of_today=True)
class ApiKey(models.Model):
    """Lets a program do what its owner may do in one organisation, until a day. Only a hash of it is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_keys")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(_("name"), max_length=100, help_text=_("What uses it, for example “ticket system”."))
    prefix = models.CharField(_("key"), max_length=20, unique=True, editable=False)
    key_hash = models.CharField(max_length=64, editable=False)
    expires_on = models.DateField(_("expires"), help_text=_("The last day it works, at most a year from now."))
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        default_permissions = ()
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return self.name

    @property
    def has_expired(self) -> bool:
        return self.expires_on < self.organisation.today()


class IdempotentAnswer(models.Model):
    """What a program was answered to a POST with an Idempotency-Key, so that a second try does nothing twice."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=100)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.JSONField(default=dict)
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "organisation", "key"], name="answered_once")]

    def __str__(self) -> str:
        return self.key
