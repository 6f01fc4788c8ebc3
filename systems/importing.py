"""Bringing the inventory as a spreadsheet: what else there is to do for a new AI system."""

from records.actions import give
from records.imports.importer import Importer, Made


class AISystemImporter(Importer):
    def link(self, made: Made) -> None:
        """Its suppliers; and a technical owner may change the system they look after, as with the form."""
        super().link(made)
        for system, _cleaned in made:
            if system.technical_owner:
                give(system, to=system.technical_owner)
