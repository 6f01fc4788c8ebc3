"""What the demo does to its database before it opens: run as `python -m aims_portal.preparation`.

One process for all the commands, because each would load Django anew. What they say goes to standard error; standard
output is for the sample accounts.
"""

import os
import sys

import django
from django.core.management import call_command


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aims_portal.settings")
    django.setup()
    for command in ("migrate", "load_catalogue", "load_sample"):
        call_command(command, stdout=sys.stderr)
    call_command("sample_accounts", stdout=sys.stdout)


if __name__ == "__main__":
    main()
