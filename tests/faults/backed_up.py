"""What the test of backups does in installations of its own: `python -m tests.faults.backed_up make|look FOLDER`.

`make` fills a new installation and backs it up; `look` says of a restored one what is in it. Both print JSON last.
"""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import django


def main(what: str, folder: str) -> None:
    django.setup()
    said = make(Path(folder)) if what == "make" else look()
    print(json.dumps(said))


def make(folder: Path) -> dict[str, Any]:
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.core.management import call_command

    from evidence.actions import receive
    from organisations.models import User
    from records.sealing.sealer import seal
    from tests import cast
    from tests.evidence.files import pdf

    call_command("migrate", verbosity=0)
    organisation = cast.found(cast.HERE)
    officer = User.objects.get(email=f"officer@{cast.HERE}.example")
    receive(organisation, by=officer, file=SimpleUploadedFile("a.pdf", pdf("Bias test"), "application/pdf"), title="A")
    seal()
    big = SimpleUploadedFile("b.pdf", pdf("Large", 3 * 2**20), "application/pdf")
    receive(organisation, by=officer, file=big, title="B")
    out = io.StringIO()
    call_command("backup", str(folder), stdout=out)
    return {"said": out.getvalue(), **look()}


def look() -> dict[str, Any]:
    from django.core.management import call_command
    from django.test import Client

    from evidence.models import EvidenceVersion
    from organisations.models import User
    from records.sealing.roots import as_json, roots_of
    from tests import cast
    from tests.traces import written

    organisation = cast.found(cast.HERE)
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(email=f"officer@{cast.HERE}.example"))
    files = {}
    for version in EvidenceVersion.objects.select_related("evidence").order_by("pk"):
        answer: Any = client.get(f"{version.evidence.get_absolute_url()}versions/{version.number}/")
        files[version.sha256] = [answer.status_code, len(b"".join(answer.streaming_content))]
    verified = io.StringIO()
    with redirect_stdout(verified):
        call_command("verify")
    return {
        "roots": [as_json(root) for root in roots_of(organisation)],
        "files": files,
        "events": sum(written().values()),
        "verified": verified.getvalue().splitlines()[-1],
    }


if __name__ == "__main__":
    main(*sys.argv[1:3])
