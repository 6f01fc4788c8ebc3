"""Bringing the inventory as a spreadsheet: what else there is to do for a new AI system, and for a new supplier."""

from records.actions import give_new
from records.imports.importer import Importer, Made

from .actions import note_first_assessments


class SupplierImporter(Importer):
    def link(self, made: Made) -> None:
        """The assessment that each one tells of, as with the form."""
        super().link(made)
        note_first_assessments([supplier for supplier, _cleaned in made], by=self.user)


class AISystemImporter(Importer):
    def link(self, made: Made) -> None:
        """Its suppliers; and a technical owner may change the system they look after, as with the form."""
        super().link(made)
        give_new((system, system.technical_owner) for system, _cleaned in made if system.technical_owner)
