"""Context issues, interested parties, legal requirements (ISO 42001 4.1, 4.2)."""

from __future__ import annotations

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from clauses.models import ContextIssue, InterestedParty, LegalRequirement
from clauses.models.context import PartyKind, RequirementKind, Side, Topic
from records.filters import RecordFilter
from records.register_columns import LinksColumn, WideColumn, YesNoColumn
from records.register_page import REVIEW, RegisterForm, RegisterViews
from records.tables import DayColumn, RecordTable
from systems.tables import HiddenColumn

KEPT = (*REVIEW, ["owner", ("review_on", "review_every")])


class ContextIssueForm(RegisterForm):
    groups = [
        (_("Issue"), _("What it is about, outside the organisation or within."), ["title", ("side", "topic")]),
        (_("Effect"), _("What it means for the AIMS."), ["effect", "response", "reviewed_on"]),
        KEPT,
    ]

    class Meta:
        model = ContextIssue
        fields = [
            *("title", "side", "topic", "effect", "response", "reviewed_on"),
            *("owner", "review_on", "review_every"),
        ]
        labels = {"title": _("Issue")}
        help_texts = {
            "topic": _(
                "Climate is to be looked at by everybody: an issue may say that it does not matter here, and why."
            ),
            "effect": _("How it helps or hinders what the AIMS is for."),
        }


class ContextIssueTable(RecordTable):
    topic = WideColumn()
    side = WideColumn(verbose_name=_("Side"))
    effect = HiddenColumn()
    response = HiddenColumn()
    reviewed_on = DayColumn(verbose_name=_("Reviewed"))

    class Meta(RecordTable.Meta):
        model = ContextIssue
        fields = (
            *("reference", "title", "topic", "side", "reviewed_on", "owner", "review_on"),
            *("effect", "response"),
        )
        sequence = fields


class ContextIssueFilter(RecordFilter):
    side = filters.ChoiceFilter(choices=Side.choices, label=_("External or internal"))
    topic = filters.ChoiceFilter(choices=Topic.choices, label=_("Topic"))


class ContextIssueViews(RegisterViews):
    model, form_class = ContextIssue, ContextIssueForm
    table_class, filter_class = ContextIssueTable, ContextIssueFilter
    path = "context-issues"
    clause = "4.1"
    lead = _("What happens around us and within that decides whether the AIMS works, climate included.")
    bulk = ("owner", "review_on", "topic")
    chips = (
        (_("External"), {"side": "external"}),
        (_("Internal"), {"side": "internal"}),
        (_("Climate"), {"topic": "climate"}),
        (_("Review overdue"), {"review": "overdue"}),
    )


class InterestedPartyForm(RegisterForm):
    groups = [
        (_("Who"), _("A person, a group or an organisation."), ["title", "party_kind"]),
        (_("Needs"), _("What they expect of us and our AI systems."), ["needs", "source"]),
        (_("In the AIMS"), _("Which of this we take on."), ["handled_in_aims", "not_handled_because"]),
        KEPT,
    ]

    class Meta:
        model = InterestedParty
        fields = [
            *("title", "party_kind", "needs", "source", "handled_in_aims", "not_handled_because"),
            *("owner", "review_on", "review_every"),
        ]
        labels = {"title": _("Name")}
        help_texts = {"source": _("A law, a contract, a talk: where it can be read again.")}


class InterestedPartyTable(RecordTable):
    party_kind = WideColumn()
    handled_in_aims = YesNoColumn(verbose_name=_("In the AIMS"))
    needs = HiddenColumn()
    source = HiddenColumn()
    not_handled_because = HiddenColumn()

    class Meta(RecordTable.Meta):
        model = InterestedParty
        fields = (
            *("reference", "title", "party_kind", "handled_in_aims", "owner", "review_on"),
            *("needs", "source", "not_handled_because"),
        )
        sequence = fields


class InterestedPartyFilter(RecordFilter):
    party_kind = filters.ChoiceFilter(choices=PartyKind.choices, label=_("Who they are to us"))
    handled_in_aims = filters.BooleanFilter(label=_("Handled in the AIMS"))


class InterestedPartyViews(RegisterViews):
    model, form_class = InterestedParty, InterestedPartyForm
    table_class, filter_class = InterestedPartyTable, InterestedPartyFilter
    path = "interested-parties"
    clause = "4.2"
    lead = _("Those whom our AI systems concern, what they need of us, and what of it the AIMS takes on.")
    bulk = ("owner", "review_on", "party_kind")
    imports = (
        *("title", "party_kind", "needs", "source", "handled_in_aims", "not_handled_because"),
        *("owner", "review_on", "review_every"),
    )
    chips = (
        (_("Affected persons"), {"party_kind": "affected_persons"}),
        (_("Not handled"), {"handled_in_aims": "false"}),
        (_("Review overdue"), {"review": "overdue"}),
    )


class LegalRequirementForm(RegisterForm):
    groups = [
        (
            _("Requirement"),
            _("Where it stands, and where it holds."),
            ["title", ("requirement_kind", "jurisdiction"), "source", "applies_from"],
        ),
        (_("Compliance"), _("In your own words."), ["asks", "compliance"]),
        (_("Concerns"), _("Who asks it, and what it bears on."), ["parties", "systems", "positions"]),
        KEPT,
    ]

    class Meta:
        model = LegalRequirement
        fields = [
            *("title", "requirement_kind", "source", "jurisdiction", "applies_from", "asks", "compliance"),
            *("parties", "systems", "positions", "owner", "review_on", "review_every"),
        ]
        labels = {"title": _("Short name")}
        help_texts = {"source": _("The article, the letter, the clause of the contract.")}


class LegalRequirementTable(RecordTable):
    requirement_kind = WideColumn()
    applies_from = DayColumn(verbose_name=_("Applies from"))
    source = HiddenColumn()
    jurisdiction = HiddenColumn()
    asks = HiddenColumn()
    compliance = HiddenColumn()
    parties = LinksColumn()
    systems = LinksColumn()
    positions = LinksColumn()

    class Meta(RecordTable.Meta):
        model = LegalRequirement
        fields = (
            *("reference", "title", "requirement_kind", "applies_from", "owner", "review_on"),
            *("source", "jurisdiction", "asks", "compliance", "parties", "systems", "positions"),
        )
        sequence = fields


class LegalRequirementFilter(RecordFilter):
    requirement_kind = filters.ChoiceFilter(choices=RequirementKind.choices, label=_("Kind"))


class LegalRequirementViews(RegisterViews):
    model, form_class = LegalRequirement, LegalRequirementForm
    table_class, filter_class = LegalRequirementTable, LegalRequirementFilter
    path = "legal-requirements"
    clause = "4.1, 4.2"
    lead = _("What laws, regulators and contracts ask of us and our AI systems, and how we comply.")
    links = ("parties", "systems", "positions")
    bulk = ("owner", "review_on", "requirement_kind")
    chips = (
        (_("Law"), {"requirement_kind": "legal"}),
        (_("Contract"), {"requirement_kind": "contractual"}),
        (_("Review overdue"), {"review": "overdue"}),
    )
