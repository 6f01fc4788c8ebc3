"""`load_catalogue [FILE]`: brings catalogue, other frameworks and crosswalks in line with the packaged files."""

from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from clauses.crosswalks.loading import load_crosswalks
from clauses.loading import PACKAGED, CatalogueError, load_catalogue
from organisations.origin import TrackedCommand


class Command(TrackedCommand):
    help = (
        "Loads the catalogue: clauses, controls, questions, expected evidence, other frameworks with their mappings. "
        "Loading it again does no harm."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=PACKAGED, help="another catalogue file")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            loaded = load_catalogue(file)
            others = load_crosswalks() if file == PACKAGED else []
        except (CatalogueError, OSError, yaml.YAMLError) as error:
            raise CommandError(f"{file}: {error}") from error
        for other in (one for one in others if one.has_changed):
            told = {"framework": other.framework, "n": other.requirements, "mappings": other.mappings}
            self.stdout.write(_("%(framework)s loaded: %(n)s rows, %(mappings)s mappings.") % told)
        framework = loaded.framework
        said = {"framework": framework, "version": framework.catalogue_version}
        if not loaded.has_changed:
            self.stdout.write(_("%(framework)s, catalogue version %(version)s: nothing to change.") % said)
            return
        said |= {"withdrawn": loaded.withdrawn, "opened": loaded.opened}
        self.stdout.write(
            _(
                "%(framework)s, catalogue version %(version)s loaded; "
                "%(withdrawn)s rows withdrawn, %(opened)s positions opened."
            )
            % said
        )
