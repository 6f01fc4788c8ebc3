"""The table of members. Its cells are templates, because signs and days belong to the floor above."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

WIDE = {"th": {"class": "wide"}, "td": {"class": "wide"}}
MID = {"th": {"class": "wide mid"}, "td": {"class": "wide mid nowrap"}}
PLAIN = {"th": {"class": ""}, "td": {"class": "nowrap"}}


class MemberTable(tables.Table):
    """Who belongs to the organisation, as what, until when, and whether they sign in with a second factor."""

    person = tables.TemplateColumn(
        template_name="organisations/cells/person.html", verbose_name=_("Name"), order_by=("user__name", "user__email")
    )
    function = tables.Column(attrs=WIDE)
    role = tables.Column(attrs=WIDE)
    authority = tables.TemplateColumn(
        template_name="organisations/cells/authority.html", verbose_name=_("May decide as"), attrs=MID
    )
    last_login = tables.TemplateColumn(
        template_name="organisations/cells/last_login.html",
        verbose_name=_("Last sign-in"),
        order_by=("user__last_login",),
        attrs=MID,
    )
    second_factor = tables.TemplateColumn(
        template_name="organisations/cells/second_factor.html", verbose_name=_("Second factor"), attrs=MID
    )
    until = tables.TemplateColumn(
        template_name="organisations/cells/until.html", verbose_name=_("Access until"), attrs=PLAIN, default=""
    )

    caption = _("Members")
    row_header = "person"

    class Meta:
        template_name = "components/table.html"
        order_by = "person"
        default = ""
