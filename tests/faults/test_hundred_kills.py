"""A hundred kills of web and worker at random moments, while people save and ask for reports: ISO 42001 7.5.3.

Nothing that was answered is lost, nothing is there twice, and the seal holds over all of it.
"""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
import requests

from tests.faults.test_portal import (
    CONFIGURATION,
    ROOT,
    SYSTEMS,
    Person,
    Saver,
    demo,  # noqa: F401 (a fixture)
    kill,
    names_in_history,
    wait_for,
)
from tests.processes import children, command_line, members

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
KILLS = 100
# The demo starts a whole service again after a pause that doubles, so those die seldom.
WHOLE = {25: "gunicorn", 50: " worker ", 75: "gunicorn"}
PEOPLE = ("anneke.borgh", "tomas.ilves", "rita.falcao", "jonas.weidner", "mari.tamm", "luis.prado", "farid.nazari")
WANTED = [
    *({"kind": kind} for kind in ("corrective_log", "customer_summary")),
    *({"kind": "interview_sheet", "person": f"{name}@meridia.example"} for name in PEOPLE),
]
# A report whose worker died is free again after a minute, and is then found by a look every half of one.
PATIENCE = 240


class Asker(threading.Thread):
    """Asks for one report after the other, each until it is answered: `asked` are the ids by their keys.

    Who asks for what is being made already is given that one, so it asks for different ones in turn.
    """

    def __init__(self, person: Person) -> None:
        super().__init__()
        self.person = person
        self.asked: dict[str, str] = {}
        self.is_over = threading.Event()

    def run(self) -> None:
        while not self.is_over.wait(0.3):
            key = f"kills-{len(self.asked)}"
            while key not in self.asked:
                with suppress(requests.RequestException):
                    wanted = WANTED[len(self.asked) % len(WANTED)]
                    answer = self.person.api("post", "reports/", wanted, **{"Idempotency-Key": key})
                    assert answer.status_code == 202, answer.text
                    self.asked[key] = answer.json()["id"]


def victims(pid: int, chance: random.Random) -> list[int]:
    """One child of the web or of the worker, as nobody would choose it; none while they are being born."""
    masters = [one for word in ("gunicorn", " worker ") for one in members(pid, word)[:1]]
    found = [child for master in masters for child in children(master) if command_line(child)]
    return [chance.choice(found)] if found else []


def test_a_hundred_random_kills_lose_and_double_nothing(demo: tuple[int, str, str]) -> None:  # noqa: F811
    pid, base, password = demo
    before = {name: Person(base, password).api("get", f"ai-systems/{name}/").json()["version"] for name in SYSTEMS}
    savers = [Saver(Person(base, password), name) for name in SYSTEMS]
    asker = Asker(Person(base, password))
    people: list[Saver | Asker] = [*savers, asker]
    for person in people:
        person.start()
    chance, killed = random.Random(42001), 0
    while killed < KILLS:
        time.sleep(chance.random() * 0.8)
        for one in members(pid, WHOLE[killed])[:1] if killed in WHOLE else victims(pid, chance):
            with suppress(ProcessLookupError):
                kill(one)
                killed += 1
    for person in people:
        person.is_over.set()
        person.join()

    wait_for(lambda: asker.person.answers("healthz"))
    at_rest = Person(base, password)
    assert all(saver.confirmed for saver in savers)
    for saver in savers:
        told = [name for name in names_in_history(at_rest, saver.reference) if " name " in name]
        assert len(told) == len(set(told)), "a save is in history twice"
        assert [name for name in told if name in set(saver.confirmed)] == saver.confirmed
        row = at_rest.api("get", f"ai-systems/{saver.reference}/").json()
        assert row["version"] - before[saver.reference] == len(told), "each save one version and one line of history"
    every_report_is_there_once(at_rest, asker)
    assert verified(pid).endswith("OK\n")


def every_report_is_there_once(person: Person, asker: Asker) -> None:
    """Each key has its report, each report was asked for, and its file is the one that was kept."""

    def states() -> set[str]:
        return {row["state"] for row in person.all_of("reports/?rows=100")}

    wait_for(lambda: not states() & {"queued", "running"}, PATIENCE)
    rows = list(person.all_of("reports/?rows=100"))
    assert not {row["reference"]: row["error"] for row in rows if row["state"] != "done"}
    ids = [row["id"] for row in rows]
    assert len(ids) == len(set(ids)) > 5
    assert set(ids) == set(asker.asked.values())
    for row in rows:
        file = person.api("get", f"reports/{row['id']}/download/").content
        assert hashlib.sha256(file).hexdigest() == row["sha256"], row["reference"]
        assert file.startswith(b"%PDF-")


def verified(pid: int) -> str:
    """What `bin/manage verify` says of the data of this demo."""
    words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    data = words[words.index("--data") + 1]
    command = [sys.executable, "-m", "aims_portal.servers", "--data", data, "--", sys.executable, "manage.py", "verify"]
    ours = {name: value for name, value in os.environ.items() if name not in CONFIGURATION}
    answer = subprocess.run(command, cwd=ROOT, env=ours, capture_output=True, text=True, timeout=120, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout
