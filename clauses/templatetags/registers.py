"""`{% registers number %}`: the registers that demonstrate a clause, each with how many entries one may see."""

from typing import Any

from django import template

from records.registers import registers_by_clause

register = template.Library()


@register.inclusion_tag("clauses/registers_of_clause.html", takes_context=True)
def registers(context: dict[str, Any], number: str) -> dict[str, Any]:
    return {"registers": registers_by_clause(context["request"], number).get(number, [])}
