"""Nothing opens without signing in, but what is listed here."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from . import tree
from .addresses import Address, addresses

# Answered to anybody, and why.
OPEN = {
    "healthz": "asked by whatever watches the portal",
    "kit": "developers only",
    "account_login": "the way in",
    "account_logout": "redirects to the way in",
    "account_signup": "says that people come by invitation",
    "account_inactive": "says that the account is closed",
    "account_email_verification_sent": "part of the way in",
    "account_confirm_email": "the link in a mail",
    "account_reset_password": "a way in",
    "account_reset_password_done": "a way in",
    "account_reset_password_from_key": "the link in a mail",
    "account_reset_password_from_key_done": "a way in",
    "mfa_authenticate": "the second step of the way in",
    "mfa_login_webauthn": "a way in",
    "speak-up": "anybody raises a concern, without a name",
    "speak-up-answer": "whoever raised one reads the answer, by its code",
    "api-nothing": "says in JSON that there is nothing",
}
# Whoever holds the link of an invitation or of a calendar is let in by it; a made-up one is not found.
BY_LINK = {"invitation-accept", "calendar-feed"}
# Of these, what is only read: nothing can be sent there, whatever the link.
READ_BY_LINK = {"calendar-feed"}


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_is_asked_to_sign_in(method: str) -> None:
    faults = [fault for address in addresses() if (fault := opened(address, method))]
    assert not faults, tree.listed(f"Anybody may {method} these; mend, or list above with the reason:", faults)


def opened(address: Address, method: str) -> str:
    """What is wrong with the answer a stranger gets at a door; empty when it is shut, or meant to be open."""
    answer = getattr(Client(), method)(address.filled())
    status, leads_to = answer.status_code, answer.get("Location", "")
    if address.name in OPEN:
        is_right = status < 500
    elif address.name in BY_LINK:
        is_right = status == (405 if method == "post" and address.name in READ_BY_LINK else 404)
    elif address.pattern.startswith("/api/") and address.name != "api-docs":
        is_right = status == 401
    else:
        is_right = status == 302 and leads_to.startswith(reverse(settings.LOGIN_URL))
    return "" if is_right else f"{address.name} {address.filled()}: {status} {leads_to}"


def test_the_list_of_open_doors_is_not_longer_than_needed() -> None:
    faults = sorted({*OPEN, *BY_LINK} - {address.name for address in addresses()})
    assert not faults, tree.listed("There are no such doors; take them off the list:", faults)
