"""What people type into the forms of systems and suppliers, every field of them."""

from __future__ import annotations

from typing import Any

SYSTEM = {
    "title": "CreditScout",
    "purpose": "Scores default risk\nbefore forwarding to the <partner> bank",
    "roles": ["customer", "user"],
    "act_role": "deployer",
    "risk_class": "high",
    "class_reason": "Annex III 5(b) creditworthiness",
    "stage": "operation_and_monitoring",
    "system_version": "2026.2",
    "go_live_on": "2023-03-01",
    "review_on": "2027-03-01",
    "review_every": "12",
    "model": "Vendor scoring model",
    "data_categories": "income\nbank data",
    "personal_data": "on",
    "users": "18 credit advisers",
    "affected": "Credit applicants\nTheir families",
    "people_affected": "46000",
    "autonomy": "proposes",
    "oversight": "Adviser decides; refusals below 420 go to a second one",
    "in_scope": "on",
    "scope_reason": "Runs at the site Leipzig",
}
SUPPLIER = {
    "title": "Skorna Analytics OU",
    "service": "Credit scoring model",
    "criticality": "high",
    "assessed_on": "2026-04-14",
    "result": "approved_with_conditions",
    "open_conditions": "Subgroup report\nEach half-year",
    "contract_ai_clauses": "on",
    "review_on": "2027-04-14",
    "review_every": "12",
}


def errors(answer: Any) -> dict[str, list[str]]:
    """Messages by field, as the form has them; each must also stand on the page at its field."""
    form, page = answer.context["form"], answer.content.decode()
    for name in form.errors:
        if name != "__all__":
            assert f'id="{form[name].auto_id}_error"' in page, name
    assert 'role="alert"' in page
    return {name: list(map(str, messages)) for name, messages in form.errors.items()}


def as_typed(data: dict[str, Any]) -> dict[str, list[str]]:
    return {name: list(map(str, value)) if isinstance(value, list) else [str(value)] for name, value in data.items()}
