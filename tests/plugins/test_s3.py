"""S3: the signature against published vectors and another implementation, and moto as a store."""

from __future__ import annotations

import datetime as dt
import json
import runpy
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.plugin import Document, Outcome, Receipt, Rejected, Reply, RetryLater, Unknown
from tests.plugins.peers import LATER, PLUGINS, Desk, Recorder, cut_line, free_port, module, served

pytestmark = pytest.mark.xdist_group("s3")
MODULE = runpy.run_path(str(PLUGINS / "s3.py"))
sign = MODULE["sign"]
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
KEY_ID, KEY = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


def test_the_signature_is_the_one_that_amazon_publishes() -> None:
    headers = {
        "Date": "Fri, 24 May 2013 00:00:00 GMT",
        "Host": "examplebucket.s3.amazonaws.com",
        "x-amz-content-sha256": "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
        "x-amz-date": "20130524T000000Z",
        "x-amz-storage-class": "REDUCED_REDUNDANCY",
    }
    url = "https://examplebucket.s3.amazonaws.com/test%24file.text"
    assert sign(url, headers, "us-east-1", KEY_ID, KEY) == (
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
        " SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,"
        " Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
    )


@given(
    path=st.text("abz019-._~/", max_size=30),
    region=st.text("abcdefghij-1", min_size=1, max_size=12),
    key=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40),
    kind=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20),
)
def test_another_implementation_signs_the_same(path: str, region: str, key: str, kind: str) -> None:
    auth = pytest.importorskip("botocore.auth", reason="botocore is not installed")
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    url = f"https://store.example:9000/bucket/{path}x"
    headers = {
        "Content-Type": kind,
        "Host": "store.example:9000",
        "If-None-Match": "*",
        "x-amz-content-sha256": EMPTY,
        "x-amz-date": "20261121T213000Z",
    }
    request = AWSRequest("PUT", url, headers=dict(headers))
    request.context["timestamp"] = "20261121T213000Z"
    peer = auth.S3SigV4Auth(Credentials(KEY_ID, key), "s3", region)
    canonical = peer.canonical_request(request)
    signature = peer.signature(peer.string_to_sign(request, canonical), request)
    assert sign(url, headers, region, KEY_ID, key).endswith(f"Signature={signature}")


class Store:
    """A bucket in moto, which checks signatures and rights like the real one."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.settings: dict[str, Any] = {
            "url": f"{self.url}/bucket/in",
            "region": "eu-north-1",
            "key": {"env": "DEBRIEF_TEST_S3"},
        }

    def client(self, service: str = "s3", **keys: str) -> Any:
        import boto3

        keys = keys or {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
        return boto3.client(service, endpoint_url=self.url, region_name="eu-north-1", **keys)

    def prepare(self) -> str:
        """Make the bucket and a user who may only put; return the user's secret key."""
        self.client().create_bucket(
            Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-north-1"}
        )
        people = self.client("iam")
        people.create_user(UserName="site")
        rule = {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::bucket/*"}
            ],
        }
        people.put_user_policy(UserName="site", PolicyName="put", PolicyDocument=json.dumps(rule))
        made = people.create_access_key(UserName="site")["AccessKey"]
        self.settings["key_id"] = made["AccessKeyId"]
        return str(made["SecretAccessKey"])

    def guard(self, on: bool) -> None:
        """Check the signature and rights of every request from now on, or of none."""
        self.tell("reset-auth", b"0" if on else b"9999999")

    def tell(self, what: str, data: bytes = b"") -> None:
        request = urllib.request.Request(f"{self.url}/moto-api/{what}", data)
        request.add_header("Content-Type", "text/plain")
        urllib.request.urlopen(request).close()

    def objects(self) -> dict[str, bytes]:
        self.guard(False)
        client = self.client()
        found = client.list_object_versions(Bucket="bucket").get("Versions", [])
        kept = {
            one["Key"]: client.get_object(Bucket="bucket", Key=one["Key"])["Body"].read()
            for one in found
        }
        assert len(kept) == len(found)
        return kept


@pytest.fixture(scope="module")
def moto() -> Iterator[int]:
    port = free_port()
    with served([*module("moto.server"), "-H", "127.0.0.1", "-p", str(port)], port):
        yield port


@pytest.fixture
def store(moto: int, monkeypatch: pytest.MonkeyPatch) -> Store:
    store = Store(moto)
    store.guard(False)
    store.tell("reset")
    monkeypatch.setenv("DEBRIEF_TEST_S3", store.prepare())
    store.guard(True)
    return store


@pytest.mark.peer
def test_a_summary_is_there_once_however_often_it_is_sent(store: Store, tmp_path: Path) -> None:
    first = Desk(tmp_path / "first", "s3", store.settings)
    document = first.plan()
    attempt = first.go()
    assert attempt.receipt is not None, (attempt.why, attempt.said)
    assert (attempt.receipt.duplicate, attempt.receipt.reference) == (False, document.filename)

    again = Desk(tmp_path / "again", "s3", store.settings)
    assert again.plan() == document
    repeat = again.go()
    assert repeat.receipt is not None
    assert repeat.receipt.duplicate
    assert store.objects() == {f"in/{document.filename}": document.body}


@pytest.mark.peer
def test_what_arrived_without_an_answer_is_recognised(store: Store, tmp_path: Path) -> None:
    with cut_line(store.port, b"HTTP/1.1 200") as line:
        desk = Desk(tmp_path, "s3", store.settings)
        desk.change(url=f"http://127.0.0.1:{line.port}/bucket/in")
        document = desk.plan()
        attempt = desk.go()
        assert (attempt.ending, attempt.state) == ("unknown", "ready")
        assert line.cuts == 1
        attempt = desk.go(LATER)
        assert attempt.receipt is not None
        assert attempt.receipt.duplicate
    assert store.objects() == {f"in/{document.filename}": document.body}


@pytest.mark.peer
@pytest.mark.parametrize("wrong", ["key", "bucket"])
def test_a_store_that_lets_nothing_in_pauses_the_destination(
    wrong: str, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEBRIEF_TEST_WRONG", "not/the/key")
    desk = Desk(tmp_path, "s3", store.settings)
    if wrong == "key":
        desk.change(key={"env": "DEBRIEF_TEST_WRONG"})
    else:
        desk.change(url=f"{store.url}/other/in")
    desk.plan()
    attempt = desk.go()
    assert (attempt.ending, attempt.why, attempt.state) == ("rejected", "door", "ready")
    assert "peer" in desk.outbox.pauses()
    assert store.objects() == {}


@pytest.mark.peer
def test_a_store_that_is_away_costs_nothing(store: Store, tmp_path: Path) -> None:
    desk = Desk(tmp_path, "s3", store.settings)
    desk.change(url=f"http://127.0.0.1:{free_port()}/bucket/in")
    document = desk.plan()
    attempt = desk.go()
    assert (attempt.ending, attempt.why, attempt.state) == ("not-sent", "connect", "ready")
    assert desk.row(document).attempts == 0
    desk.change(url=f"{store.url}/bucket/in")
    assert desk.go(LATER).state == "delivered"


def test_the_time_that_is_signed_is_now() -> None:
    to = Recorder(url="https://b.example/in/", region="eu-north-1", key_id=KEY_ID, key=KEY)
    to.reply = Reply(200, {"etag": "x"}, b"")
    document = Document("d-1", b"", "text/markdown", EMPTY, "x.md")
    assert MODULE["send"]().send(document, to) == Receipt("x.md", said="200")
    stamp = dt.datetime.strptime(to.headers["x-amz-date"], "%Y%m%dT%H%M%S%z")
    assert abs(dt.datetime.now(dt.UTC) - stamp) < dt.timedelta(minutes=15)
    assert to.url == "https://b.example/in/x.md"
    assert to.headers["If-None-Match"] == "*"
    assert "if-none-match" in to.headers["Authorization"]


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (Reply(200, {}, b"<html>Log in</html>"), Unknown),
        (Reply(409, {}, b"<Code>ConditionalRequestConflict</Code>"), RetryLater),
        (Reply(403, {}, b"<Code>RequestTimeTooSkewed</Code>"), Rejected),
        (Reply(500, {}, b""), Unknown),
    ],
)
def test_an_answer_means_what_the_store_means_by_it(reply: Reply, outcome: type[Outcome]) -> None:
    to = Recorder(url="https://b.example/in", region="eu-north-1", key_id=KEY_ID, key=KEY)
    to.reply = reply
    with pytest.raises(outcome):
        MODULE["send"]().send(Document("d-1", b"", "text/markdown", EMPTY, "x.md"), to)
