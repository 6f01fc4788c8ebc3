"""Keys: made once, shown once, recognised, and good for nothing as soon as anything has ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from organisations.actions import dismiss
from organisations.keys import hashed, make_key, revoke
from organisations.models import ApiKey
from tests.traces import history_of

pytestmark = pytest.mark.django_db


def test_a_key_opens_the_api_and_notes_its_use(officer: Any, program: Callable[..., Any]) -> None:
    assert program(officer)("get", "ai-systems/").status_code == 200
    key = ApiKey.objects.get(user=officer)
    assert key.last_used_at is not None


def test_only_a_hash_is_kept_and_history_has_not_even_that(officer: Any, organisation: Any) -> None:
    key, secret = make_key(officer, organisation=organisation, name="x", expires_on=organisation.today())
    assert key.key_hash == hashed(secret.split("_", 2)[2])
    assert secret not in str(vars(key))
    assert not hasattr(history_of(ApiKey).first(), "key_hash")


@pytest.mark.parametrize("fault", ["none", "wrong", "expired", "revoked", "inactive", "ended", "dismissed", "words"])
def test_what_is_no_usable_key_is_401(fault: str, officer: Any, organisation: Any, program: Callable[..., Any]) -> None:
    ask = program(officer)
    key = ApiKey.objects.get(user=officer)
    if fault in {"none", "wrong", "words"}:
        ask.key = {"none": "", "wrong": ask.key[:-1] + "!", "words": "a b"}[fault]
    elif fault == "expired":
        ApiKey.objects.update(expires_on=organisation.today() - timedelta(days=1))
    elif fault == "revoked":
        revoke(key)
    elif fault == "inactive":
        officer.is_active = False
        officer.save()
    elif fault == "ended":
        officer.memberships.update(until=organisation.today() - timedelta(days=1))
    else:
        dismiss(officer.memberships.get())
    answer = ask("get", "ai-systems/")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_without_anything_every_address_is_401(organisation: Any) -> None:
    for path in ("/api/schema/", f"/api/v1/{organisation.slug}/evidence/", "/api/v1/nowhere/history/"):
        assert Client().get(path).status_code == 401


def test_a_key_opens_no_page_and_no_other_organisation(
    officer: Any, outsider: Any, other_organisation: Any, program: Callable[..., Any], sign_in: Callable[..., Client]
) -> None:
    ask = program(officer)
    assert ask("get", f"/api/v1/{other_organisation.slug}/evidence/").status_code == 404
    client = sign_in(outsider)
    answer = client.get(f"{ask.base}evidence/", headers={"Authorization": f"Bearer {ask.key}"})
    assert answer.status_code == 200, "the key counts, not the session"
    theirs = f"/api/v1/{other_organisation.slug}/evidence/"
    assert client.get(theirs, headers={"Authorization": f"Bearer {ask.key}"}).status_code == 404
    assert Client().get("/brightwater/evidence/", headers={"Authorization": f"Bearer {ask.key}"}).status_code == 302


def test_a_session_reads_and_writes_only_with_its_csrf_token(officer: Any, organisation: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(officer)
    base = f"/api/v1/{organisation.slug}/"
    assert client.get(f"{base}dashboard/").status_code == 200
    assert client.post(f"{base}ai-systems/", {}, content_type="application/json").status_code == 403
    token = client.get("/api/docs/").context["csrf_token"]
    client.cookies["csrftoken"] = str(token)
    answer = client.post(f"{base}ai-systems/", {}, content_type="application/json", headers={"X-CSRFToken": str(token)})
    assert answer.status_code == 400


@pytest.mark.parametrize("days", [-1, 366])
def test_a_key_lasts_a_year_at_most(days: int, officer: Any, organisation: Any) -> None:
    with pytest.raises(ValidationError):
        make_key(officer, organisation=organisation, name="x", expires_on=organisation.today() + timedelta(days=days))


def test_a_member_makes_a_key_sees_it_once_and_revokes_it(
    contributor: Any, officer: Any, administrator: Any, organisation: Any, sign_in: Callable[..., Client]
) -> None:
    client, address = sign_in(contributor), reverse("api-key-list", args=[organisation.slug])
    fields = {"name": "Ticket system", "expires_on": organisation.today() + timedelta(days=10)}
    made = client.post(address, fields)
    secret = made.context["secret"]
    assert secret.encode() in made.content
    assert "no-store" in made["Cache-Control"]
    page = client.get(address)
    assert b"Ticket system" in page.content
    assert secret.encode() not in page.content
    assert b"Ticket system" not in sign_in(officer).get(address).content
    assert b"Ticket system" in sign_in(administrator).get(address).content
    key = ApiKey.objects.get(name="Ticket system")
    end = reverse("api-key-revoke", args=[organisation.slug, key.pk])
    assert sign_in(officer).post(end).status_code == 404
    assert sign_in(administrator).post(end).status_code == 302
    key.refresh_from_db()
    assert key.revoked_at


def test_a_key_for_longer_than_a_year_is_refused_on_the_page(
    officer: Any, organisation: Any, sign_in: Callable[..., Client]
) -> None:
    fields = {"name": "x", "expires_on": organisation.today() + timedelta(days=400)}
    answer = sign_in(officer).post(reverse("api-key-list", args=[organisation.slug]), fields)
    assert answer.status_code == 422
    assert b"within a year" in answer.content


def test_the_command_prints_the_key_alone_on_its_last_line(officer: Any, organisation: Any) -> None:
    output = StringIO()
    call_command("create_api_key", officer.email, organisation.slug, "--days", "7", stdout=output)
    secret = output.getvalue().splitlines()[-1]
    answer = Client().get(f"/api/v1/{organisation.slug}/evidence/", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 200


def test_the_command_refuses_strangers(organisation: Any) -> None:
    with pytest.raises(CommandError, match="no member"):
        call_command("create_api_key", "nobody@example.org", organisation.slug)
