"""Own frameworks and mappings of the tests."""

from __future__ import annotations

from typing import Any

from clauses.crosswalks.reading import draft_of
from clauses.crosswalks.verbs import add_framework, add_mapping
from clauses.models import Mapping, OtherFramework, OtherRequirement, Requirement

CSV = b"ref,title,parent,assessable\nH,Handling,,no\nH-1,Consent is on record,H,yes\nH-2,Data are deleted,H,yes\n"


def make_framework(organisation: Any, by: Any, *, name: str = "Customer code", csv: bytes = CSV) -> OtherFramework:
    return add_framework(organisation, draft_of(csv, "code.csv"), facts={"name": name}, by=by)


def make_mapping(organisation: Any, by: Any, *, ref: str, framework: str, number: str = "4.1", **how: Any) -> Mapping:
    said = {"relationship": "intersects", "strength": "strong", "basis": "Our counsel says so"} | how
    target = OtherRequirement.objects.select_related("framework").get(framework__code=framework, ref=ref)
    source = Requirement.objects.get(number=number)
    return add_mapping(organisation, source=source, target=target, by=by, **said)
