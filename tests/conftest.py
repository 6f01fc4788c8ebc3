"""The stage: one database with the cast in it, a broker and a folder of files for each process of the tests.

The catalogue, both organisations and their people are made once per process and stay: a test begins with them, and its
own changes are rolled back. After a test that needs real transactions they are put back (see tests.flushing).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from time import sleep
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client, override_settings

pytest_plugins = ["tests.servers", "tests.browser", "tests.flushing"]

LONGEST_TEST = timedelta(minutes=1)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for a `record_type` runs for every one."""
    if "record_type" in metafunc.fixturenames:
        from tests.record_types import record_types

        # What is decided once has tests of its own (tests/records/test_decided_once.py).
        kinds = [one for one in record_types() if one.views.can_be_edited]
        metafunc.parametrize("record_type", kinds, ids=lambda record_type: record_type.kind)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The empty, migrated database of pytest-django, and the cast in it."""
    from tests import cast
    from tests.flushing import copy_aside

    with django_db_blocker.unblock():
        for slug in (cast.HERE, cast.THERE):
            cast.found(slug)
        copy_aside()


@pytest.fixture(scope="session", autouse=True)
def files_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the portal keeps files during the tests; the worker is given the same."""
    from django.conf import settings

    folder = str(tmp_path_factory.mktemp("files"))
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}}
    # Style sheets are found where they lie: nothing was collected, and each new client would look through all of them.
    with override_settings(STORAGES=settings.STORAGES | {"default": storage}, WHITENOISE_AUTOREFRESH=True):
        yield folder


@pytest.fixture(scope="session", autouse=True)
def passwords_are_hashed_quickly() -> Iterator[None]:
    """By the portal's own algorithm with a thousandth of its rounds, which take a third of a second each time."""
    from django.contrib.auth.hashers import PBKDF2PasswordHasher

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PBKDF2PasswordHasher, "iterations", PBKDF2PasswordHasher.iterations // 1000)
        yield


@pytest.fixture(autouse=True)
def no_test_runs_past_midnight() -> None:
    """What is made and what is looked for belong to one day, of the organisation and of the clock of the machine."""
    now = datetime.now(UTC)
    for zone in (UTC, ZoneInfo("Europe/Berlin")):
        left = datetime.combine(now.astimezone(zone).date() + timedelta(days=1), time(), zone) - now
        if left < LONGEST_TEST:
            sleep(left.total_seconds())


@pytest.fixture
def every_record_type() -> list[Any]:
    """All record types, for a test that looks at them together; `record_type` gives one after the other."""
    from tests.record_types import record_types

    return record_types()


@pytest.fixture
def organisation(db: None) -> Any:
    """Brightwater: catalogue loaded, every position open, one person of each role."""
    from tests import cast

    return cast.found(cast.HERE)


@pytest.fixture
def other_organisation(db: None) -> Any:
    """Farpost: the same, but for another officer, the outsider."""
    from tests import cast

    return cast.found(cast.THERE)


def member(name: str) -> Any:
    @pytest.fixture(name=name)
    def fixture(organisation: Any) -> Any:
        from organisations.models import User

        return User.objects.get(email=f"{name}@{organisation.slug}.example")

    return fixture


officer = member("officer")
contributor = member("contributor")
internal_auditor = member("internal_auditor")
auditor = member("auditor")
manager = member("manager")
administrator = member("administrator")


@pytest.fixture
def outsider(other_organisation: Any) -> Any:
    """The compliance officer of the other organisation: may do everything there, and nothing here."""
    from organisations.models import User

    return User.objects.get(email=f"officer@{other_organisation.slug}.example")


@pytest.fixture
def sign_in() -> Callable[[Any], Client]:
    """`sign_in(user)` is a browser in which that person is signed in; without a person, anybody's."""

    def browser(user: Any = None) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user)
        return client

    return browser
