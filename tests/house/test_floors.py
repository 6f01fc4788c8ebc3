"""An app knows only floors below it. What import-linter cannot see: foreign keys written as strings."""

from django.contrib.contenttypes.fields import GenericForeignKey

from . import tree
from .models import FLOOR, our_models, relations


def test_every_relation_points_to_its_own_floor_or_down() -> None:
    faults = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model in our_models()
        for field in relations(model)
        if FLOOR.get(field.related_model._meta.app_label, -1) > FLOOR[model._meta.app_label]
    ]
    assert not faults, tree.listed("Declare these on the upper floor:", faults)


def test_link_tables_live_on_the_floor_that_speaks_the_sentence() -> None:
    faults = [
        f"{model._meta.label}.{field.name} through {through._meta.label}"
        for model in our_models()
        for field in model._meta.local_many_to_many
        if (through := field.remote_field.through)._meta.app_label != model._meta.app_label
    ]
    assert not faults, tree.listed("Move the link table to the app of the field:", faults)


def test_there_are_no_generic_relations() -> None:
    faults = [
        f"{model._meta.label}.{field.name}"
        for model in our_models()
        for field in model._meta.private_fields
        if isinstance(field, GenericForeignKey)
    ]
    assert not faults, tree.listed("Point to Record with a foreign key instead:", faults)


def test_every_app_stands_on_a_floor() -> None:
    packages = {path.parts[0] for path in tree.files("__init__.py") if len(path.parts) == 2} - {"tests"}
    assert packages <= set(FLOOR), f"These top-level packages stand on no floor: {packages - set(FLOOR)}"
