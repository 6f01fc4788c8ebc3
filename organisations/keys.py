"""API keys: made once and shown once, recognised by their prefix, kept as a hash, never more than their owner."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .models import ApiKey, Membership, Organisation, User

LONGEST = timedelta(days=365)
MARK = "aims"
# The last use is noted at most once a minute, so that a busy program does not write with every read.
NOTED_EVERY = timedelta(minutes=1)


def make_key(user: User, *, organisation: Organisation, name: str, expires_on: date) -> tuple[ApiKey, str]:
    """A new key and its secret, `aims_<prefix>_<secret>`, which nobody can see again. Raises ValidationError."""
    today = organisation.today()
    if not today <= expires_on <= today + LONGEST:
        raise ValidationError({"expires_on": _("A key expires today at the earliest and within a year.")})
    prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    key = ApiKey(
        user=user, organisation=organisation, name=name, prefix=prefix, key_hash=hashed(secret), expires_on=expires_on
    )
    key.full_clean()
    key.save()
    return key, f"{MARK}_{prefix}_{secret}"


def hashed(secret: str) -> str:
    """SHA-256 in hex. The secret is 256 random bits, so nothing slower is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def key_from(text: str) -> ApiKey | None:
    """The key that `text` opens, or None: unknown, expired, revoked, its owner gone or no longer a member."""
    mark, _line, rest = text.partition("_")
    prefix, _line, secret = rest.partition("_")
    current: Any = Membership.objects.current()
    members = current.filter(user=OuterRef("user"), organisation=OuterRef("organisation"))
    usable = ApiKey.objects.filter(Exists(members), revoked_at=None, user__is_active=True)
    key = usable.filter(prefix=prefix[:20]).select_related("user", "organisation").first() if prefix.isalnum() else None
    # Compared even where there is no such key, so that an answer takes as long either way.
    fits = hmac.compare_digest(hashed(secret), key.key_hash if key else hashed(""))
    if key is None or not fits or mark != MARK or key.expires_on < key.organisation.today():
        return None
    note_use(key)
    return key


def note_use(key: ApiKey) -> None:
    now = timezone.now()
    if key.last_used_at is None or now - key.last_used_at >= NOTED_EVERY:
        # Whoever notes it at the same time may take long over the rest of the request: nobody waits for that.
        free = ApiKey.objects.select_for_update(skip_locked=True).filter(pk=key.pk)
        ApiKey.objects.filter(pk__in=free.values("pk")).update(last_used_at=now)


def revoke(key: ApiKey) -> None:
    """Ends a key at once; it stays in the list."""
    ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now())
