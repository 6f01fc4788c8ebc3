"""Concerns: raised by anybody, found out by nobody, answered by those who keep the AIMS (ISO 42001 A.3.3)."""

from __future__ import annotations

import hashlib
import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from datetime import UTC, time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone

from aims_portal import gunicorn
from risks.concerns import actions, speak_up
from risks.concerns.codes import LETTERS, hash_of, new_code
from risks.models import Concern, ConcernState
from tests.cast import make_ai_system
from tests.pages import SeenPage, filled_in
from tests.record_types import concern_form
from tests.risk_cast import make_concern, make_risk
from tests.traces import event_models

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
SECRET = "The adviser is told to follow the score"
ADDRESS, BROWSER = "203.0.113.77", "Peculiar/9.9"


@pytest.fixture(autouse=True)
def nobody_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speak_up, "buckets", speak_up.Buckets())


def raised(client: Client, organisation: Any, **changes: Any) -> str:
    """Sends a concern as a browser does; returns the code that was shown."""
    answer = client.post(
        f"/speak-up/{organisation.slug}/",
        {"text": SECRET, "system": ""} | changes,
        REMOTE_ADDR=ADDRESS,
        HTTP_USER_AGENT=BROWSER,
    )
    assert answer.status_code == 200
    found = re.search(r'id="code">([^<]+)<', answer.content.decode())
    assert found, answer.content.decode()
    return found[1]


def opened(client: Client, organisation: Any, code: str, **message: str) -> Any:
    return client.post(f"/speak-up/{organisation.slug}/answer/", {"code": code, **message})


def said(answer: Any) -> str:
    return " ".join(SeenPage(answer).texts)


def test_anybody_raises_one_and_gets_a_code_of_which_only_the_hash_is_kept(organisation: Any) -> None:
    code = raised(Client(), organisation, system="The credit thing")
    assert re.fullmatch(rf"([{LETTERS}]{{4}}-){{3}}[{LETTERS}]{{4}}", code)
    concern = Concern.objects.of(organisation).get()
    assert concern.code_hash == hashlib.sha256(code.replace("-", "").encode()).hexdigest()
    title = f"Concern of {organisation.today().strftime('%-d %B %Y')}"
    assert (concern.title, concern.channel, concern.state) == (title, "anonymous form", ConcernState.RECEIVED)
    assert concern.text.startswith(SECRET)
    assert "The credit thing" in concern.text
    assert (concern.system, concern.owner, concern.changed_by) == (None, None, None)
    assert len(LETTERS) ** 16 >= 2**80
    assert not set(LETTERS) & set("OIL")


def test_a_code_is_understood_however_it_is_typed() -> None:
    code = new_code()
    assert hash_of(code) == hash_of(code.lower().replace("-", " ")) == hash_of(code.replace("0", "o").replace("1", "l"))
    assert hash_of("") == hash_of("1234") == hash_of("é" * 16) == ""


def rows_of_the_database() -> Iterator[tuple[str, str]]:
    """Every row of every table as text, beside its table."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" t')
            yield from ((table, row) for (row,) in cursor.fetchall())


def test_no_table_tells_who_raised_it_even_if_they_were_signed_in(
    organisation: Any, contributor: Any, sign_in: SignIn
) -> None:
    client = sign_in(contributor)
    before = set(rows_of_the_database())
    code = raised(client, organisation)
    opened(client, organisation, code, message="And it goes on")
    new = set(rows_of_the_database()) - before
    concern = Concern.objects.of(organisation).get()
    assert {table for table, _row in new} >= {"risks_concern", "risks_concernevent", "pghistory_context"}
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    for table, row in new:
        for trace in (contributor.email, contributor.name, ADDRESS, BROWSER, session, "/speak-up/", code):
            assert trace not in row, f"{table} holds {trace}: {row}"
        if "user" in row or "changed_by_id" in row:
            told = json.loads(row)
            assert told.get("changed_by_id") is None
            assert "user" not in told.get("metadata", {})
    contexts = [json.loads(row)["metadata"] for table, row in new if table == "pghistory_context"]
    assert contexts
    assert all(context == {"channel": "anonymous form"} for context in contexts)
    midnight = timezone.localtime(concern.created_at, organisation.zone).time()
    assert midnight == timezone.localtime(concern.changed_at, organisation.zone).time() == time()


def test_no_session_and_no_cookie_but_that_of_the_form_is_made(
    organisation: Any, contributor: Any, sign_in: SignIn
) -> None:
    for client in (Client(), sign_in(contributor)):
        for answer in (
            client.get(f"/speak-up/{organisation.slug}/"),
            client.post(f"/speak-up/{organisation.slug}/", {"text": SECRET}),
            client.get(f"/speak-up/{organisation.slug}/answer/"),
        ):
            assert set(answer.cookies) <= {settings.CSRF_COOKIE_NAME}
            assert answer["Referrer-Policy"] == "no-referrer"
            assert answer["Cache-Control"] == "no-store"
            assert contributor.name not in answer.content.decode()
    # Who is signed in stays so.
    assert client.get(f"/{organisation.slug}/concerns/").status_code == 200


def test_no_page_export_or_program_tells_who_or_at_which_hour(
    organisation: Any, contributor: Any, officer: Any, administrator: Any, sign_in: SignIn
) -> None:
    raised(sign_in(contributor), organisation)
    concern = Concern.objects.of(organisation).get()
    moment = next(model for model in event_models() if model.__name__ == "ConcernEvent")._default_manager.get()
    at = timezone.localtime(moment.pgh_created_at, organisation.zone)
    api = f"/api/v1/{organisation.slug}"
    for person in (officer, administrator):
        client = sign_in(person)
        for path in (
            *(concern.get_absolute_url(), concern.history_url, f"/{organisation.slug}/concerns/"),
            *(f"/{organisation.slug}/concerns/export.csv", f"/{organisation.slug}/history/?kind=concern"),
            *(f"/{organisation.slug}/history/export.csv?kind=concern", f"{api}/concerns/{concern.reference}/"),
            f"{api}/history/?kind=concern",
        ):
            text = client.get(path).getvalue().decode()
            assert contributor.email not in text
            assert concern.reference in text
            assert contributor.name not in text.replace(f">{contributor.name}</option>", ""), path
            assert at.strftime("%H:%M:%S") not in text, path
    export = sign_in(officer).get(f"/{organisation.slug}/concerns/export.csv").getvalue().decode()
    for word in (SECRET, "adviser"):
        assert word not in export
    found = sign_in(officer).get(f"/{organisation.slug}/concerns/")
    assert concern.reference in said(found)
    assert SECRET not in said(found)
    assert "the anonymous form" in said(sign_in(officer).get(concern.history_url))


def test_no_mail_and_no_line_of_the_log_tells_of_it(
    organisation: Any, contributor: Any, sign_in: SignIn, caplog: Any, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.ADMINS = [("Admin", "admin@example.org")]
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logging.getLogger().addHandler(handler)
    client = sign_in(contributor)
    client.raise_request_exception = False
    try:
        with caplog.at_level(logging.DEBUG):
            raised(client, organisation)
            monkeypatch.setattr(actions, "insert", failing)
            answer = client.post(f"/speak-up/{organisation.slug}/", {"text": SECRET}, REMOTE_ADDR=ADDRESS)
    finally:
        logging.getLogger().removeHandler(handler)
    assert answer.status_code == 500
    # The statements that a developer's log would show are not written where DEBUG is off.
    assert len(mail.outbox) == 1, "the test would prove nothing"
    assert "could not be kept" in stream.getvalue()
    lines = stream.getvalue() + "".join(message.body for message in mail.outbox)
    for trace in (SECRET, contributor.email, contributor.name, ADDRESS):
        assert trace not in lines, trace


def test_page_by_page_history_tells_of_a_concern_its_day_only(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    for text in ("One", "Two", "Three"):
        actions.raise_concern(organisation, text=text)
    events = next(model for model in event_models() if model.__name__ == "ConcernEvent")._default_manager.all()
    moments = [timezone.localtime(event.pgh_created_at, organisation.zone) for event in events]
    client, seen = sign_in(officer), []
    address = f"/api/v1/{organisation.slug}/history/?kind=concern&rows=1"
    while address:
        answer = client.get(address)
        seen += answer.json()["results"]
        for at in moments:
            for told in (at.strftime("%H:%M:%S"), at.astimezone(UTC).strftime("%H:%M:%S"), str(at.timestamp())[:10]):
                assert told not in answer.content.decode()
        address = answer.json()["next"]
    assert len({one["record"] for one in seen}) == len(seen) == 3
    assert {one["person"] for one in seen} == {""}


def test_what_is_too_large_is_refused_without_a_word_of_the_sender(
    organisation: Any, caplog: pytest.LogCaptureFixture
) -> None:
    answer = Client().post(
        f"/speak-up/{organisation.slug}/", {"text": "x" * 300_000}, REMOTE_ADDR=ADDRESS, HTTP_USER_AGENT=BROWSER
    )
    assert answer.status_code == 413
    assert caplog.records
    for record in caplog.records:
        told = f"{record.getMessage()} {vars(getattr(record, 'request', None) or record)}"
        assert ADDRESS not in told
        assert BROWSER not in told


def failing(concern: Concern) -> None:
    raise DatabaseError(f"Failing row contains ({concern.text})")


def test_the_web_server_writes_no_log_of_requests() -> None:
    assert not {"accesslog", "access_log_format", "logconfig", "logconfig_dict"} & set(vars(gunicorn))
    root = Path(settings.BASE_DIR)
    served = [(root / name).read_text() for name in ("aims_portal/demo.py", "Dockerfile", "docker-compose.yml")]
    assert not any("access-log" in text for text in served)


def test_a_letter_to_nowhere_is_not_found(organisation: Any) -> None:
    for method in ("get", "post"):
        for path in ("/speak-up/nowhere/", "/speak-up/nowhere/answer/"):
            assert getattr(Client(), method)(path).status_code == 404


def test_it_is_safe_from_forgery_and_from_floods(organisation: Any) -> None:
    path = f"/speak-up/{organisation.slug}/"
    assert Client(enforce_csrf_checks=True).post(path, {"text": SECRET}).status_code == 403
    client = Client()
    answers = [client.post(path, {"text": SECRET}, REMOTE_ADDR=ADDRESS).status_code for _time in range(12)]
    assert answers == [200] * 10 + [429] * 2
    assert Client().post(path, {"text": SECRET}, REMOTE_ADDR="203.0.113.78").status_code == 200
    refused = client.post(path, {"text": "Typed with care"}, REMOTE_ADDR=ADDRESS)
    assert SeenPage(refused).form_with("text").fields["text"][0].strip() == "Typed with care"
    assert Client().post(path, {"text": "x" * 300_000}).status_code == 413
    before = Concern.objects.count()
    for text in ("", "x" * 10_001, "with \0 in it"):
        assert Client().post(path, {"text": text}, REMOTE_ADDR="203.0.113.79").status_code == 200
    assert Concern.objects.count() == before


def test_the_form_with_its_token_is_taken_though_it_does_not_say_where_it_comes_from(organisation: Any) -> None:
    client, path = Client(enforce_csrf_checks=True), f"/speak-up/{organisation.slug}/"
    token = SeenPage(client.get(path)).form_with("text").fields["csrfmiddlewaretoken"][0]
    assert client.post(path, {"text": SECRET}, HTTP_ORIGIN="null").status_code == 403
    form = {"text": SECRET, "csrfmiddlewaretoken": token}
    assert client.post(path, form, HTTP_ORIGIN="null").status_code == 200
    assert client.post(path, form, HTTP_ORIGIN="https://elsewhere.example").status_code == 403


def test_the_code_reads_state_and_answer_and_adds_a_message_under_its_day(
    organisation: Any, officer: Any, other_organisation: Any
) -> None:
    code = raised(Client(), organisation)
    assert "no answer yet" in said(opened(Client(), organisation, code))
    concern = Concern.objects.of(organisation).get()
    actions.answer_concern(concern, by=officer, answer="We took the target away")
    answer = opened(Client(), organisation, code)
    assert "We took the target away" in said(answer)
    assert SECRET not in said(answer)
    answer = opened(Client(), organisation, code, message="Thank you, but not for all")
    assert "Your message was added" in said(answer)
    concern.refresh_from_db()
    day = organisation.today().strftime("%-d %B %Y")
    assert concern.text == f"{SECRET}\n\n{day}:\nThank you, but not for all"
    assert (concern.state, concern.changed_by, concern.version) == (ConcernState.IN_HAND, None, 3)
    for wrong in (new_code(), "", "1234"):
        assert "We took" not in said(opened(Client(), organisation, wrong))
    assert "We took" not in said(opened(Client(), other_organisation, code))


def test_a_concern_by_letter_has_no_code_and_an_empty_one_opens_nothing(organisation: Any, officer: Any) -> None:
    make_concern(organisation)
    assert actions.by_code(organisation, "") is None


def test_answering_refuses_nothing_said_and_a_stale_page(organisation: Any, officer: Any) -> None:
    concern = make_concern(organisation)
    with pytest.raises(ValidationError, match="Write the answer"):
        actions.answer_concern(concern, by=officer, answer="  ")
    with pytest.raises(ValidationError, match="changed after"):
        actions.answer_concern(concern, by=officer, answer="Yes", seen=7)
    actions.answer_concern(concern, by=officer, answer="Yes", seen=1)
    concern.refresh_from_db()
    assert (concern.state, concern.answer, concern.changed_by) == (ConcernState.ANSWERED, "Yes", officer)


def test_the_officer_triages_answers_and_closes(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    raised(Client(), organisation)
    concern, client = Concern.objects.of(organisation).get(), sign_in(officer)
    system, risk = make_ai_system(organisation), make_risk(organisation)
    form = filled_in(client, concern.edit_url, owner=str(officer.pk), system=str(system.pk), state="in_hand")
    assert not {"text", "channel", "received_on", "answer"} & form.keys()
    assert "Answer it first" in said(client.post(concern.edit_url, form | {"state": "closed"}))
    assert client.post(concern.edit_url, form | {"risks": [risk.pk], "text": "Changed"}).status_code == 302
    concern.refresh_from_db()
    assert (concern.owner, concern.system, concern.state, concern.text) == (officer, system, "in_hand", SECRET)
    assert list(concern.risks.all()) == [risk]
    answer = f"{concern.get_absolute_url()}answer/"
    assert client.post(answer, filled_in(client, answer, answer="Done")).status_code == 302
    assert client.post(concern.edit_url, filled_in(client, concern.edit_url, state="closed")).status_code == 302
    concern.refresh_from_db()
    assert concern.state == ConcernState.CLOSED


def test_one_that_came_by_letter_is_entered_with_its_channel(
    organisation: Any, officer: Any, contributor: Any, sign_in: SignIn
) -> None:
    path, form = f"/{organisation.slug}/concerns/new/", concern_form(organisation) | {"owner": officer.pk}
    client = sign_in(officer)
    assert "Anonymous form" not in said(client.get(path))
    assert client.post(path, form | {"channel": ""}).status_code == 200
    assert "Say how this one came" in said(client.post(path, form | {"channel": "Anonymous form"}))
    assert client.post(path, form).status_code == 302
    assert Concern.objects.of(organisation).get().channel == "letter"
    assert sign_in(contributor).post(path, form).status_code == 403


def test_a_reader_answers_nothing(organisation: Any, manager: Any, auditor: Any, sign_in: SignIn) -> None:
    concern = make_concern(organisation)
    for person in (manager, auditor):
        assert sign_in(person).get(concern.get_absolute_url()).status_code == 200
        assert sign_in(person).post(f"{concern.get_absolute_url()}answer/", {"answer": "x"}).status_code == 403
