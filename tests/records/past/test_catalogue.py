"""What is published is of today: a day gone by, from before a framework was loaded, still knows it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from clauses.models import Mapping, OtherFramework, OtherRequirement
from records.past.looking import looking_back


def test_other_frameworks_and_their_mappings_are_there_on_any_day(organisation: Any) -> None:
    now = [model.objects.count() for model in (OtherFramework, OtherRequirement, Mapping)]
    assert now[0] == 7
    with looking_back(organisation, organisation.today() - timedelta(days=4000)):
        assert [model.objects.count() for model in (OtherFramework, OtherRequirement, Mapping)] == now
