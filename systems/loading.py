"""Loads a file's `suppliers` and `ai_systems`."""

from __future__ import annotations

from organisations.models import Membership
from organisations.roles import Role
from organisations.rows import Intake, Row
from records.actions import give
from records.loading import keep_given

from .actions import note_assessment
from .models import (
    ActRole,
    AIRole,
    AISystem,
    Autonomy,
    ContractClause,
    Criticality,
    Result,
    RiskClass,
    Stage,
    Supplier,
    SupplierAssessment,
)


def load_suppliers(intake: Intake) -> None:
    intake.each("suppliers", supplier)


def supplier(row: Row) -> Supplier:
    row.read.update({"ai_systems", "responsibilities"})  # see link_suppliers and loading_registers
    earlier = row.rows("assessments")
    made = Supplier(
        title=row.text("name", needed=True),
        owner=row.one("owner", "people"),
        review_on=row.day("next_review"),
        service=row.text("service", needed=True),
        criticality=row.choice("criticality", Criticality),
        assessed_on=row.day("assessed"),
        result=row.choice("result", Result, needed=False),
        contract_ai_clauses=row.flag("contract_ai_clauses"),
        contract_clauses=row.choices("contract_clauses", ContractClause),
        open_conditions=row.lines_of("open_conditions"),
        conditions_due_on=row.day("conditions_due"),
    )
    keys = {"title": "name", "review_on": "next_review", "assessed_on": "assessed"}
    keep_given(row, made, **keys, conditions_due_on="conditions_due")
    for inner in earlier:
        assessment(inner, made)
    note_assessment(made, by=None)
    return made


def assessment(row: Row, supplier: Supplier) -> None:
    """One assessment with how it was made; the one the supplier's own row tells may be among them."""
    made = SupplierAssessment(
        supplier=supplier,
        on=row.day("on", needed=True),
        result=row.choice("result", Result),
        how=row.text("how"),
        conditions=row.lines_of("conditions"),
        by=row.one("by", "people"),
    )
    row.check(made)
    made.save()


def load_systems(intake: Intake) -> None:
    """The inventory; those who look after a system technically may change it, as its owner may."""
    intake.each("ai_systems", system)
    contributors = Membership.objects.filter(organisation=intake.organisation, role=Role.CONTRIBUTOR)
    ids = set(contributors.values_list("user_id", flat=True))
    for _row, made in intake.made["ai_systems"]:
        if made.technical_owner_id in ids and made.technical_owner_id != made.owner_id:
            give(made, to=made.technical_owner)


def system(row: Row) -> AISystem:
    row.read.add("responsibilities")  # see loading_registers
    annex_iii = row.text("annex_iii")
    made = AISystem(
        title=row.text("name", needed=True),
        owner=row.one("owner", "people"),
        review_on=row.day("review_on"),
        purpose=row.text("purpose", needed=True),
        roles=row.choices("role", AIRole),
        act_role=row.choice("eu_ai_act_role", ActRole),
        risk_class=row.choice("risk_class", RiskClass),
        class_reason=row.text("class_reason") or (f"Annex III {annex_iii}" if annex_iii else ""),
        stage=row.choice("lifecycle_stage", Stage),
        system_version=row.text("version"),
        go_live_on=row.day("go_live"),
        technical_owner=row.one("technical_owner", "people"),
        main_supplier=row.one("supplier", "suppliers"),
        model=row.text("model"),
        data_categories=row.lines_of("data_categories"),
        personal_data=row.flag("personal_data"),
        users=row.text("users"),
        affected=affected(row),
        people_affected=row.number("people_affected_per_year"),
        autonomy=row.choice("autonomy", Autonomy, needed=False),
        oversight=row.text("oversight", needed=True),
        in_scope=row.flag("in_scope", default=True),
        scope_reason=row.text("scope_reason"),
        retired_on=row.day("retired_on"),
    )
    # A file may lack the two reasons; the form asks for them at the next change.
    keep_given(row, made, without=["class_reason", "scope_reason"], **COLUMNS)
    return made


COLUMNS = {
    "title": "name",
    "roles": "role",
    "act_role": "eu_ai_act_role",
    "stage": "lifecycle_stage",
    "system_version": "version",
    "go_live_on": "go_live",
    "people_affected": "people_affected_per_year",
}


def affected(row: Row) -> str:
    """Names of the affected interested parties, which the file gives by id, one a line."""
    parties = {
        str(party.get("id")): str(party.get("name") or party.get("id"))
        for party in row.intake.peek("interested_parties")
    }
    row.intake.known.setdefault("interested_parties", parties)
    return "\n".join(str(name) for name in row.many("affected", "interested_parties") if name)


def link_suppliers(intake: Intake) -> None:
    """Suppliers that name a system, beside the one the system itself names."""
    for row, made in intake.made["suppliers"]:
        named = [found for found in row.many("ai_systems", "ai_systems") if found and found.main_supplier_id != made.pk]
        made.systems.set(named)
