"""A process that sends one mail and stops where a test wants to kill it.

`python -m tests.faults.mail_worker KIND ID MARKER WHERE`, KIND being `digest` or `mention`. At WHERE (`claimed`: the
row is taken, nothing is sent; `accepted`: the mail server has taken the mail, the row is not marked; `nowhere`) it
writes the file MARKER and waits.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import django


def main(kind: str, job_id: str, marker: str, where: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aims_portal.settings")
    django.setup()
    from organisations import mail_jobs
    from records import mentions
    from reports import digests

    module: Any = {"digest": digests, "mention": mentions}[kind]
    deliver = {"digest": digests.deliver, "mention": mentions.send}[kind]

    def wait_at(place: str) -> None:
        if place == where:
            Path(marker).touch()
            time.sleep(600)

    # The lease has run out at once: only the lock on the row keeps others away.
    mail_jobs.LEASE = timedelta(0)
    real_mail_of = module.mail_of

    def mail_of(job: Any) -> Any:
        wait_at("claimed")
        mail = real_mail_of(job)
        real_send = mail.send

        def send() -> int:
            sent = real_send()
            wait_at("accepted")
            return sent

        mail.send = send
        return mail

    module.mail_of = mail_of
    deliver(job_id)


if __name__ == "__main__":
    main(*sys.argv[1:5])
