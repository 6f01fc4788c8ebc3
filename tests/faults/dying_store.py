"""A process that dies while it takes in a file: `python dying_store.py MOMENT FILE ORGANISATION EMAIL`.

The kernel ends it without a word, as it does when memory runs out or somebody kills it: at half of the file on its way
into the incoming folder (`arriving`) or into the storage (`storing`), or when all is stored and nothing committed.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aims_portal.settings")
django.setup()

from django.core.files import File  # noqa: E402 (needs Django)
from django.db import transaction  # noqa: E402

from evidence.actions import receive  # noqa: E402
from evidence.uploads import as_upload  # noqa: E402
from organisations.models import Organisation, User  # noqa: E402


def die_after(size: int) -> None:
    """From now on this process dies when it makes a file longer than `size` bytes."""
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def main(moment: str, path: Path, slug: str, email: str) -> None:
    organisation, user = Organisation.objects.get(slug=slug), User.objects.get(email=email)
    half = path.stat().st_size // 2
    with path.open("rb") as opened, transaction.atomic():
        if moment == "arriving":
            die_after(half)
        upload = as_upload(File(opened, name=path.name))
        if moment == "storing":
            die_after(half)
        receive(organisation, by=user, file=upload)
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4])
