"""Signing in: by invitation only, slowed down when guessing, with a second factor, and back in by mail."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client

from organisations.models import SentMail, User
from tests.cast import PASSWORD


@pytest.fixture
def person(officer: User) -> User:
    cache.clear()
    officer.set_password(PASSWORD)
    officer.save()
    EmailAddress.objects.get_or_create(user=officer, email=officer.email, verified=True, primary=True)
    return officer


def sign_in_by_form(client: Client, email: str, password: str) -> Any:
    return client.post("/accounts/login/", {"login": email, "password": password})


def code_for(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_a_member_signs_in_by_mail_and_password_and_lands_in_their_organisation(person: User) -> None:
    client = Client()
    answer = client.post("/accounts/login/", {"login": person.email.upper(), "password": PASSWORD}, follow=True)
    assert answer.redirect_chain[-1][0] == "/brightwater/"


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(person: User) -> None:
    wrong = sign_in_by_form(Client(), person.email, "not this one at all")
    unknown = sign_in_by_form(Client(), "nobody@brightwater.example", "not this one at all")
    assert wrong.status_code == unknown.status_code == 200
    assert wrong.context["form"].errors == unknown.context["form"].errors


def test_guessing_is_slowed_down_and_then_refused(person: User, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "3/m/ip"}
    client = Client()
    answers = [sign_in_by_form(client, person.email, f"guess number {n}") for n in range(5)]
    assert "Too many failed login attempts" in answers[-1].content.decode()
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(("behind", "trusted"), [("", "0"), ("1", "1")])
def test_behind_a_proxy_guesses_are_counted_by_the_address_it_saw(
    behind: str, trusted: str, person: User, settings: Any
) -> None:
    told = "from aims_portal import settings; print(settings.ALLAUTH_TRUSTED_PROXY_COUNT)"
    setting = {"SECRET_KEY": "x", "BEHIND_PROXY": behind or "0", "PATH": os.environ["PATH"]}
    found = subprocess.run([sys.executable, "-c", told], env=setting, check=True, capture_output=True, text=True)
    assert found.stdout.strip() == trusted
    settings.ALLAUTH_TRUSTED_PROXY_COUNT, settings.ACCOUNT_RATE_LIMITS = int(trusted), {"login_failed": "1/m/ip"}
    answers = [
        Client(headers={"X-Forwarded-For": f"9.9.9.9, 10.0.0.{n}"}).post(
            "/accounts/login/", {"login": f"person-{n}@brightwater.example", "password": "a guess"}
        )
        for n in range(2)
    ]
    assert ("Too many failed" in answers[-1].content.decode()) is (trusted == "0")


def test_nobody_signs_up_uninvited(db: None) -> None:
    answer = Client().post(
        "/accounts/signup/", {"email": "x@elsewhere.example", "password1": PASSWORD, "password2": PASSWORD}
    )
    assert not User.objects.filter(email="x@elsewhere.example").exists()
    assert "password1" not in answer.content.decode()


def test_a_forgotten_password_is_set_anew_by_a_mailed_link(person: User, settings: Any) -> None:
    settings.EMAIL_BACKEND = "organisations.outbox.OutboxBackend"
    client = Client()
    client.post("/accounts/password/reset/", {"email": person.email})
    link = re.search(r"http://[^/]+(/accounts/password/reset/key/\S+)", SentMail.objects.latest("pk").body)
    assert link
    form = client.get(link[1], follow=True)
    fresh = "a quiet harbour at dusk"
    client.post(form.redirect_chain[-1][0], {"password1": fresh, "password2": fresh})
    person.refresh_from_db()
    assert person.check_password(fresh)


def test_a_second_factor_once_set_up_is_asked_for(person: User) -> None:
    client = Client()
    sign_in_by_form(client, person.email, PASSWORD)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    client.post("/accounts/2fa/totp/activate/", {"code": code_for(secret)})
    assert Authenticator.objects.filter(user=person, type="totp").exists()

    cache.clear()
    later = Client()
    answer = later.post("/accounts/login/", {"login": person.email, "password": PASSWORD}, follow=True)
    assert "/accounts/2fa/authenticate/" in answer.redirect_chain[-1][0]
    assert later.get("/brightwater/").status_code == 302
    later.post("/accounts/2fa/authenticate/", {"code": code_for(secret)})
    assert later.get("/brightwater/").status_code == 200


@pytest.mark.parametrize("path", ["/accounts/2fa/", "/accounts/password/change/", "/accounts/2fa/webauthn/"])
def test_account_pages_open_for_a_person_signed_in_just_now(person: User, path: str) -> None:
    client = Client()
    sign_in_by_form(client, person.email, PASSWORD)
    assert client.get(path).status_code == 200
