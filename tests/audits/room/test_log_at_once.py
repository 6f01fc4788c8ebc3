"""Twenty requests of one auditor at the same time, over real connections: each of them is in the log."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from typing import Any

import pytest
from django.test import Client

from audits.models import RoomVisit
from tests.cast import make_ai_system
from tests.room_cast import opened_room

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = 20


def test_no_page_is_shown_that_is_not_in_the_log(live_server: Any, organisation: Any) -> None:
    system, other = make_ai_system(organisation), make_ai_system(organisation)
    room = opened_room(organisation, systems=[system])
    client = Client()
    client.force_login(room.person)
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    addresses = [one.get_absolute_url() for one in (system, other)] * (TIMES // 2)
    barrier, answers = threading.Barrier(TIMES), []

    def ask(address: str) -> None:
        request = urllib.request.Request(f"{live_server.url}{address}", headers={"Cookie": cookie})
        barrier.wait()
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                answers.append(answer.status)
        except urllib.error.HTTPError as answer:
            answers.append(answer.code)

    threads = [threading.Thread(target=ask, args=[address]) for address in addresses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] * (TIMES // 2) + [404] * (TIMES // 2)
    noted = sorted(RoomVisit.objects.filter(room=room).values_list("status", flat=True))
    assert noted == sorted(answers)
    assert RoomVisit.objects.filter(room=room, record=system).count() == TIMES // 2
