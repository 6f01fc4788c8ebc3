"""What changes who belongs to an organisation. How people are invited is in `invitations`."""

from datetime import date

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .models import Membership, Organisation, OrganisationGrant, User
from .roles import RIGHTS, ROLES_THAT_AUDIT, Role

AUDITORS_DECIDE_NOTHING = _(
    "Whoever audits accepts and approves nothing. Take the authority away, or choose another role."
)


class LastAdministratorError(ValidationError):
    """Nobody would be left who can let people in."""

    def __init__(self) -> None:
        text = _("No administrator with lasting access would be left. Make somebody else an administrator first.")
        super().__init__(text, code="last_administrator")


@transaction.atomic
def appoint(
    user: User,
    *,
    organisation: Organisation,
    role: str,
    function: str = "",
    top_management: bool = False,
    authority: str = "",
    manager: User | None = None,
    until: date | None = None,
) -> Membership:
    """Gives `user` exactly the rights of `role` in `organisation` until the end of `until`, whatever they held before.

    Raises LastAdministratorError when the organisation would be left without one, and ValidationError for an authority
    that an auditor cannot hold.
    """
    refuse_to_lose_last_administrator(user, organisation, role=role, until=until)
    if role in ROLES_THAT_AUDIT and (authority or top_management):
        raise ValidationError(AUDITORS_DECIDE_NOTHING)
    place = {"role": role, "function": function, "top_management": top_management, "authority": authority}
    place |= {"manager": manager}
    membership, _created = Membership.objects.update_or_create(
        user=user, organisation=organisation, defaults={**place, "until": until}
    )
    held = OrganisationGrant.objects.filter(user=user, content_object=organisation)
    held.exclude(permission__codename__in=RIGHTS[role]).delete()
    present = set(held.values_list("permission__codename", flat=True))
    OrganisationGrant.objects.bulk_create(
        OrganisationGrant(user=user, content_object=organisation, permission=permission)
        for permission in Permission.objects.filter(
            content_type=ContentType.objects.get_for_model(Organisation), codename__in=RIGHTS[role] - present
        )
    )
    return membership


@transaction.atomic
def dismiss(membership: Membership) -> None:
    """Ends a membership at once, and any open invitation with it.

    What the person did stays in history under their name; records they own keep it until given to somebody else.
    Raises LastAdministratorError when the organisation would be left without one.
    """
    user, organisation = membership.user, membership.organisation
    refuse_to_lose_last_administrator(user, organisation, role=None, until=None)
    OrganisationGrant.objects.filter(user=user, content_object=organisation).delete()
    # What was given record by record ends as well, so that it does not come back with a later membership.
    user.recordgrant_set.filter(content_object__organisation=organisation).delete()
    pending = organisation.invitations.filter(email=user.email, accepted_at=None, withdrawn_at=None)
    pending.update(withdrawn_at=timezone.now())
    user.api_keys.filter(organisation=organisation, revoked_at=None).update(revoked_at=timezone.now())
    membership.delete()


def refuse_to_lose_last_administrator(
    user: User, organisation: Organisation, *, role: str | None, until: date | None
) -> None:
    """Raises LastAdministratorError if giving `user` this `role` (None: leaving) until then takes the last one away.

    Two administrators who remove each other at the same moment wait for each other at the lock.
    """
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    administrators = organisation.memberships.current().filter(role=Role.ADMINISTRATOR, user__is_active=True)
    before = administrators.filter(user=user).first()
    if before is None:
        return
    lasts_as_long = until is None or (before.until is not None and until >= before.until)
    if role == Role.ADMINISTRATOR and lasts_as_long:
        return
    others = administrators.exclude(user=user)
    if before.until is None:
        others = others.filter(until=None)
    if not others.exists():
        raise LastAdministratorError


def rights_of(membership: Membership) -> frozenset[str]:
    """Codenames of the rights that a current membership gives."""
    grants = OrganisationGrant.objects.filter(user=membership.user_id, content_object=membership.organisation_id)
    return frozenset(grants.values_list("permission__codename", flat=True))
