"""One of each register of clauses 4–7, and what is typed into its form; `tests/record_types.py` has them from here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import count
from typing import Any

from clauses import models
from organisations.models import Organisation

number = count(1)

FIELDS: dict[type[Any], dict[str, Any]] = {
    models.ContextIssue: {"side": "external", "topic": "climate", "effect": "Heat slows the servers"},
    models.InterestedParty: {"party_kind": "customer", "needs": "Fair answers"},
    models.LegalRequirement: {"requirement_kind": "legal", "source": "Article 9", "asks": "To manage risks"},
    models.AIMSProcess: {"purpose": "Finds risks in time"},
    models.RoleAssignment: {"responsibilities": "Keeps the AIMS"},
    models.Objective: {
        "unit": "percent",
        "target": 95,
        "direction": "at_least",
        "due_on": date(2027, 12, 31),
        "plan": "Train everybody",
    },
    models.PlannedChange: {"purpose": "One method for all", "consequences": "Old scores are scored anew"},
    models.Resource: {"resource_kind": "people", "purpose": "Validates models"},
    models.Competence: {"role": "Validator", "required": "Tests for bias", "level_required": 2, "level_held": 0},
    models.TrainingRecord: {},
    models.Awareness: {"message": "The policy", "audience": "Everybody"},
    models.Communication: {"side": "internal", "audience": "Staff", "when": "Yearly", "how": "Intranet"},
}
# What a form asks beyond what the table needs.
ALSO_TYPED: dict[type[Any], dict[str, Any]] = {
    models.InterestedParty: {"handled_in_aims": "on"},
    models.Resource: {"is_sufficient": "on"},
}


def maker(model: type[Any]) -> Callable[..., Any]:
    def make(organisation: Organisation, **fields: Any) -> Any:
        title = f"{model._meta.verbose_name} {next(number)}"
        return model.objects.create(organisation=organisation, **{"title": title} | FIELDS[model] | fields)

    return make


def typed(model: type[Any]) -> Callable[[Organisation], dict[str, Any]]:
    """What a person types; the owner, who is always asked for, is whoever keeps the organisation's records."""

    def form_data(organisation: Organisation) -> dict[str, Any]:
        keeper = organisation.memberships.filter(role="compliance_officer").first()
        owner = {"owner": keeper.user_id} if keeper else {}
        return {"title": f"Typed {model._meta.verbose_name}", **owner, **FIELDS[model], **ALSO_TYPED.get(model, {})}

    return form_data


def measured(objective: Any, value: Any = 90, **fields: Any) -> models.Measurement:
    on = objective.organisation.today()
    return models.Measurement.objects.create(objective=objective, **{"on": on, "value": value} | fields)


REGISTERS = {model.KIND: (maker(model), typed(model), "title") for model in FIELDS}
