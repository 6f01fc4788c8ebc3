"""`create_organisation`: how an installation gets its first organisation and its first administrator."""

from __future__ import annotations

from io import StringIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from organisations.models import Organisation, User
from tests.organisations.conftest import PASSWORD


def created(*words: str, **options: Any) -> tuple[str, str]:
    """What the command prints, and the path of the link in it."""
    output = StringIO()
    call_command("create_organisation", *words, stdout=output, **options)
    return output.getvalue(), urlsplit(output.getvalue().split()[-1]).path


def test_an_organisation_with_open_positions_and_an_invited_administrator(organisation: Any) -> None:
    words = ("Juniper Care", "Ada@Juniper.example", "--name", "Ada Juniper", "--url", "https://aims.example.org/")
    printed, link = created(*words)
    assert "https://aims.example.org/juniper/" in printed
    new = Organisation.objects.get(slug="juniper")
    assert new.records.filter(kind="position").count() == organisation.records.filter(kind="position").count()
    assert mail.outbox[0].to == ["ada@juniper.example"]
    assert f"https://aims.example.org{link}" in mail.outbox[0].body
    client = Client()
    assert client.post(link, {"name": "Ada", "password": PASSWORD, "again": PASSWORD}).status_code == 302
    assert client.get("/juniper/members/").status_code == 200


def test_running_it_again_sends_a_new_link_while_there_is_no_administrator(organisation: Any) -> None:
    _printed, first = created("Juniper Care", "ada@juniper.example")
    _printed, second = created("Juniper Care", "ada@juniper.example")
    assert Organisation.objects.filter(name="Juniper Care").count() == 1
    assert (Client().get(first).status_code, Client().get(second).status_code) == (404, 200)


def test_a_mail_server_that_fails_leaves_the_printed_link(organisation: Any, mail_server_fails: None) -> None:
    printed, link = created("Juniper Care", "ada@juniper.example")
    assert "could not be sent" in printed
    assert Client().get(link).status_code == 200


@pytest.mark.parametrize(
    ("name", "email", "reason"),
    [
        ("Brightwater Ltd", "ada@juniper.example", "has an administrator"),
        ("Juniper Care", "no address", "valid"),
        (" ", "ada@juniper.example", "1 to 150"),
    ],
)
def test_it_refuses_and_makes_nothing(name: str, email: str, reason: str, organisation: Any) -> None:
    with pytest.raises(CommandError, match=reason):
        created(name, email)
    assert not Organisation.objects.filter(name__in=["Juniper Care", " ", ""]).exists()
    assert not User.objects.filter(email="ada@juniper.example").exists()
