"""`load_sample`: the sample organisations, their dates moved so that the sample's day is today. For the demo only."""

from typing import Any

from django.core.management.base import CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from aims_portal.loading import load, summary
from aims_portal.sample.accounts import REFERENCE_DAY, SAMPLES, let_in, require_demo, sample_password
from aims_portal.sample.past import give_a_past
from organisations.models import Organisation
from organisations.origin import TrackedCommand
from organisations.rows import BadFileError


class Command(TrackedCommand):
    help = "Loads the sample organisations that are not there yet. What is there is kept, passwords too."

    def handle(self, *args: Any, **options: Any) -> None:
        require_demo()
        password = sample_password()
        for name, path in SAMPLES.items():
            if Organisation.objects.filter(name=name).exists():
                self.stdout.write(_("%(name)s is there already and is kept.") % {"name": name})
                continue
            try:
                with transaction.atomic():
                    loaded = load(path, shift_from=REFERENCE_DAY)
                    let_in(loaded.organisation, password)
                    give_a_past(loaded.organisation)
            except BadFileError as error:
                raise CommandError(str(error)) from error
            self.stdout.writelines(f"{line}\n" for line in summary(loaded))
