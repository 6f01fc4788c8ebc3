"""Information requests for programs of the organisation: read, answered, passed on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.audits.room.desk_making import make_question

pytestmark = pytest.mark.django_db


def test_programs_of_the_organisation_answer(organisation: Any, officer: Any, program: Any) -> None:
    question = make_question(organisation, owner=officer)
    ask = program(officer)
    where = f"information-requests/{question.reference}/"
    told = ask("get", where)
    assert (told.status_code, told.json()["state"], told.json()["owner"]) == (200, "asked", officer.email)
    assert ask("post", f"{where}answer/", {"text": "Here"}).status_code == 428
    done = ask("post", f"{where}answer/", {"text": "Here"}, **{"If-Match": told["ETag"]})
    assert (done.status_code, done.json()["state"], done.json()["answer"]) == (200, "answered", "Here"), done.content
    assert ask("post", f"{where}answer/", {"text": "Again"}, **{"If-Match": done["ETag"]}).status_code == 400
    other = make_question(organisation, owner=officer)
    there = f"information-requests/{other.reference}/pass-on/"
    nobody = ask("post", there, {"owner": "nobody@example.org"}, **{"If-Match": "*"})
    assert (nobody.status_code, list(nobody.json()["error"]["fields"])) == (400, ["owner"])
