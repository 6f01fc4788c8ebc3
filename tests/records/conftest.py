"""One organisation more for tests that count."""

from typing import Any

import pytest

from organisations.models import Organisation
from tests.cast import person


@pytest.fixture
def empty_organisation(db: None) -> Any:
    """An organisation with an officer and a contributor, and without a single record."""
    organisation = Organisation.objects.create(name="Emptyhead Ltd", slug="emptyhead")
    person("officer", organisation)
    person("contributor", organisation)
    return organisation
