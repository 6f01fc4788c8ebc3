"""Evidence on S3: a real S3 protocol over HTTP, as `STORAGE_URL=s3://…` sets it up."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from django.core.files.storage import storages
from django.test import Client
from moto.server import ThreadedMotoServer

from aims_portal.settings import storage_from
from evidence.actions import receive
from evidence.checking import Refused
from evidence.models import Evidence, Quota
from tests.cast import make_ai_system
from tests.traces import written

from .files import pdf, stored, upload

SignIn = Callable[..., Client]
BUCKET = "evidence"
REGION = "eu-central-1"


@pytest.fixture(scope="module")
def s3_server() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _host, port = server.get_host_and_port()
    yield f"http://127.0.0.1:{port}"
    server.stop()


@pytest.fixture
def bucket(s3_server: str, settings: Any) -> Iterator[Any]:
    """An empty bucket, which the portal is told to keep its files in."""
    keys = {"aws_access_key_id": "KEY", "aws_secret_access_key": "SE/CRET"}
    bucket = boto3.resource("s3", endpoint_url=s3_server, region_name=REGION, **keys).Bucket(BUCKET)
    bucket.create(CreateBucketConfiguration={"LocationConstraint": REGION})
    url = f"s3://KEY:SE%2FCRET@{BUCKET}/?endpoint_url={s3_server}&region_name={REGION}"
    settings.STORAGES = settings.STORAGES | {"default": storage_from(url)}
    yield bucket
    bucket.objects.delete()
    bucket.delete()
    storages["default"].connection.meta.client.close()
    bucket.meta.client.close()


def objects(bucket: Any) -> dict[str, bytes]:
    return {one.key: one.get()["Body"].read() for one in bucket.objects.all()}


def download(client: Client, item: Evidence) -> Any:
    return client.get(f"{item.get_absolute_url()}versions/1/")


def test_a_file_is_kept_and_sent_back(bucket: Any, organisation: Any, officer: Any, sign_in: SignIn) -> None:
    content, system, client = pdf(size=6_000_000), make_ai_system(organisation), sign_in(officer)
    address = f"/{organisation.slug}/records/{system.reference}/evidence/"
    answer = client.post(address, {"file": upload("a.pdf", content)}, headers={"X-Requested-With": "XMLHttpRequest"})
    assert answer.status_code == 201
    assert objects(bucket) == {f"{organisation.pk}/{hashlib.sha256(content).hexdigest()}": content}
    sent = download(client, Evidence.objects.get())
    assert sent.status_code == 200
    assert b"".join(sent.streaming_content) == content


def test_nothing_is_left_in_the_incoming_folder(
    bucket: Any, organisation: Any, officer: Any, sign_in: SignIn, incoming: Path
) -> None:
    system = make_ai_system(organisation)
    address = f"/{organisation.slug}/records/{system.reference}/evidence/"
    sign_in(officer).post(address, {"file": upload("a.pdf")})
    assert (len(objects(bucket)), stored(incoming)) == (1, [])


def test_the_same_file_twice_is_kept_once(bucket: Any, organisation: Any, officer: Any) -> None:
    for title in ("One", "Two"):
        receive(organisation, by=officer, file=upload("a.pdf", pdf("same")), title=title)
    assert list(objects(bucket).values()) == [pdf("same")]
    assert Quota.objects.get(organisation=organisation).used == len(pdf("same"))


@pytest.mark.parametrize("change", [pdf("0ther"), None])
def test_a_file_that_is_not_what_came_in_is_never_sent_and_mended_when_it_comes_again(
    change: bytes | None, bucket: Any, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    item = receive(organisation, by=officer, file=upload("a.pdf", pdf("Other")))
    stored_object = bucket.Object(item.versions.get().key)
    stored_object.put(Body=change) if change else stored_object.delete()
    answer = download(sign_in(officer), item)
    assert answer.status_code == 500
    assert "This file is not what came in" in answer.content.decode()
    receive(organisation, by=officer, file=upload("a.pdf", pdf("Other")))
    assert list(objects(bucket).values()) == [pdf("Other")]


def test_a_bucket_that_is_gone_is_said(bucket: Any, organisation: Any, officer: Any, sign_in: SignIn) -> None:
    item = receive(organisation, by=officer, file=upload("a.pdf", pdf("one")))
    bucket.objects.delete()
    bucket.delete()
    before = written()
    try:
        with pytest.raises(Refused, match="was not stored: the file storage could not be used"):
            receive(organisation, by=officer, file=upload("b.pdf", pdf("two")))
        assert written() == before
        assert download(sign_in(officer), item).status_code in {500, 503}
    finally:
        bucket.create(CreateBucketConfiguration={"LocationConstraint": REGION})


def test_a_large_file_is_not_held_in_memory(bucket: Any, organisation: Any, officer: Any) -> None:
    item = receive(organisation, by=officer, file=upload("a.pdf", pdf(size=6_000_000)))
    with storages["default"].open(item.versions.get().key) as file:
        file.seek(0, os.SEEK_END)
        assert file.file._rolled
