"""The models of our own apps and where they point."""

from collections.abc import Iterator

from django.apps import apps
from django.db.models import Field, Model

from . import tree

FLOOR = {app: floor for floor, app in enumerate(tree.FLOORS)}


def our_models() -> list[type[Model]]:
    """Models of our apps, link tables included; not the history tables that triggers fill."""
    models = apps.get_models(include_auto_created=True)
    return [model for model in models if model._meta.app_label in FLOOR and not hasattr(model, "pgh_tracked_model")]


def relations(model: type[Model]) -> Iterator[Field]:
    fields = [*model._meta.local_fields, *model._meta.local_many_to_many]
    return (field for field in fields if field.is_relation)
