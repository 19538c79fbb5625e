"""Collecting from a bucket: the signature, a store that lies, and moto as one that does not."""

from __future__ import annotations

import contextlib
import datetime as dt
import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.collecting import s3, sources
from debrief.collecting.s3 import Keys, S3Source, signed
from debrief.collecting.sources import Login, source
from debrief.errors import EXIT_KEY, EXIT_USAGE, Problem
from tests.cli.conftest import Run, places, run  # noqa: F401 - fixtures
from tests.collecting.drops import KEY, content, drop, fields, gathered, retraction, sealed, table
from tests.plugins.peers import free_port, module, served
from tests.plugins.test_s3 import Store

pytestmark = pytest.mark.xdist_group("s3")
AMAZON = Keys("us-east-1", "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
LOGIN = Login("word", region="eu-north-1", key_id="id")
ENVIRONMENT = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
)


@pytest.fixture(autouse=True)
def nothing_around(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)


def test_the_signature_is_the_one_that_amazon_publishes() -> None:
    url = "https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J"
    headers = signed("GET", url, AMAZON, dt.datetime(2013, 5, 24, tzinfo=dt.UTC))
    assert headers["Authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
        " SignedHeaders=host;x-amz-content-sha256;x-amz-date,"
        " Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
    )


@given(
    path=st.text("abæ +%&=?#'*~-_./", max_size=20),
    prefix=st.text("abæ +%&=?#'*~-_./", max_size=20),
    token=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30),
)
def test_another_implementation_signs_the_same(path: str, prefix: str, token: str) -> None:
    auth = pytest.importorskip("botocore.auth", reason="botocore is not installed")
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    query = f"list-type=2&prefix={quote(prefix, safe='~')}"
    url = f"https://store.example:9000/bucket/{quote(path, safe='/~')}x?{query}"
    keys = Keys("eu-north-1", "id", "secret", token)
    headers = signed("GET", url, keys, dt.datetime(2026, 11, 21, 21, 30, tzinfo=dt.UTC))
    ours = {name: value for name, value in headers.items() if name != "Authorization"}
    request = AWSRequest("GET", url, headers=ours)
    request.context["timestamp"] = "20261121T213000Z"
    peer = auth.S3SigV4Auth(Credentials("id", "secret"), "s3", "eu-north-1")
    canonical = peer.canonical_request(request)
    signature = peer.signature(peer.string_to_sign(request, canonical), request)
    assert headers["Authorization"].endswith(f"Signature={signature}")


def test_secrets_do_not_show() -> None:
    assert "canary" not in repr(Keys("eu", "canary", "canary", "canary"))
    assert "canary" not in repr(Login("canary", key_id="canary"))


# What is said on the command line and in the environment.


@pytest.mark.parametrize(
    "address",
    [
        "s3://",
        "s3:///drops",
        "s3://our bucket/drops",
        "s3://bucket/../drops",
        "s3://bucket/a/./b",
        "s3://bucket/a\nb",
        "s3://bucket/\udc80",
        "s3://anna@bucket/drops",
    ],
)
def test_an_address_that_is_none_is_told(address: str) -> None:
    with pytest.raises(Problem, match="understood"):
        source(address, LOGIN)


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(Problem, match="password") as error:
        source("s3://id:canary@bucket/drops", LOGIN)
    assert "canary" not in str(error.value)


@pytest.mark.parametrize(
    ("login", "status"),
    [
        (Login(), EXIT_USAGE),
        (Login("canary"), EXIT_USAGE),
        (Login("canary", key_id="id"), EXIT_USAGE),
        (Login("canary", key_id="id", region="evil.example/"), EXIT_USAGE),
        (Login("canary", region="eu-north-1"), EXIT_KEY),
        (Login(key_id="id", region="eu-north-1"), EXIT_KEY),
        (Login("canary", key_id="i\nd", region="eu-north-1"), EXIT_KEY),
        (Login("canaryæ", key_id="id", region="eu-north-1"), EXIT_KEY),
        (Login("canary", key_id="id", url="store.example"), EXIT_USAGE),
        (Login("canary", key_id="id", url="https://"), EXIT_USAGE),
        (Login("canary", key_id="id", url="ftp://store.example"), EXIT_USAGE),
        (Login("canary", key_id="id", url="https://[store.example"), EXIT_USAGE),
        (Login("canary", key_id="id", url="https://a:canary@store.example"), EXIT_USAGE),
        (Login("canary", key_id="id", url="https://store.example?canary"), EXIT_USAGE),
        (Login("canary", key_id="id", url="https://store.example/æ"), EXIT_USAGE),
    ],
)
def test_what_is_missing_is_told_before_anything_is_asked(login: Login, status: int) -> None:
    with pytest.raises(Problem, match="nothing was read") as error:
        source("s3://bucket/drops", login)
    assert error.value.status == status
    assert "canary" not in str(error.value)


def test_the_command_says_so_too(run: Run, tmp_path: Path) -> None:  # noqa: F811
    said = run("collect", "s3://bucket/drops", "--to", str(tmp_path / "to"), "--region", "x")
    assert (said.status, said.out) == (EXIT_KEY, "")
    assert "--key-id" in said.err
    assert not (tmp_path / "to").exists()


def test_the_environment_says_what_the_command_line_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "theirs")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    found = S3Source("s3://bucket/drops/", Login("of another source"))
    assert found._keys == Keys("eu-north-1", "theirs", "secret", "token")
    assert found._bucket == "https://s3.eu-north-1.amazonaws.com/bucket"
    assert found.name == "s3://bucket/drops"
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "https://store.example/s3/")
    assert S3Source("s3://bucket", Login())._bucket == "https://store.example/s3/bucket"
    given = S3Source("s3://bucket", Login("word", key_id="ours", region="r"))
    assert given._keys == Keys("r", "ours", "word")


def test_a_store_that_is_not_encrypted_is_asked_nothing(tmp_path: Path) -> None:
    login = Login("word", key_id="id", url="http://store.example")
    [told] = gathered(tmp_path / "to", S3Source("s3://bucket", login)).unread
    assert "https" in told


def test_a_store_that_is_away_is_told(tmp_path: Path) -> None:
    login = Login("word", key_id="id", url=f"http://127.0.0.1:{free_port()}")
    [told] = gathered(tmp_path / "to", S3Source("s3://bucket", login)).unread
    assert "no answer" in told


# A store that says anything.


def page(*keys: str, token: str = "", size: object = 300, more: str = "", raw: bool = False) -> str:
    """Return a page of a list; `token` is what asks for the next one."""
    found = "".join(
        f"<Contents><Key>{escape(one if raw else quote(one))}</Key><Size>{size}</Size>"
        "<ETag>&quot;x&quot;</ETag><LastModified>2026-11-21T21:30:00.000Z</LastModified></Contents>"
        for one in keys
    )
    coding = "" if raw else "<EncodingType>url</EncodingType>"
    following = f"<NextContinuationToken>{token}</NextContinuationToken>" if token else ""
    return (
        f'<?xml version="1.0"?>{more}<ListBucketResult xmlns="urn:x">{coding}{found}{following}'
        f"<IsTruncated>{'true' if token else 'false'}</IsTruncated></ListBucketResult>"
    )


class Liar:
    """A store with pages in a row; the last one stays. It keeps what it was asked for."""

    def __init__(self) -> None:
        self.pages: list[tuple[int, bytes]] = []
        self.objects: dict[str, tuple[int, bytes]] = {}
        self.asked: list[str] = []
        self.port = 0

    def source(self, address: str = "s3://bucket/in") -> S3Source:
        login = Login("word", url=f"http://127.0.0.1:{self.port}", key_id="id")
        return S3Source(address, login)

    def says(self, *pages: str | bytes, status: int = 200) -> None:
        found = (one.encode() if isinstance(one, str) else one for one in pages)
        self.pages = [(status, one) for one in found]

    def answer(self, path: str) -> tuple[int, bytes]:
        if "?" in path:
            return self.pages.pop(0) if len(self.pages) > 1 else self.pages[0]
        return self.objects.get(path, (404, b""))


@pytest.fixture
def liar() -> Iterator[Liar]:
    found = Liar()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(self.path)
            status, body = found.answer(self.path)
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            with contextlib.suppress(OSError):  # who has read enough hangs up
                self.wfile.write(body)

        def log_message(self, *arguments: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    found.port = server.server_address[1]
    yield found
    server.shutdown()
    server.server_close()


HOSTILE = {
    "elsewhere": (page("other/d-1.age"), "gone"),
    "above": (page("in/../../d-1.age"), "gone"),
    "huge": (page("in/d-1.age", size=10**12), "large"),
    "absurd size": (page("in/d-1.age", size=10**40), "gone"),
    "no size": (page("in/d-1.age", size="-5"), "gone"),
    "odd": (page("in/..", "in/d-\0.age", "in/d-\x1b[2J.age", "in/" + "x" * 900), "others"),
    "not encoded": (page("in/d-%31.age", raw=True), "others"),
    "entities": (page(more='<!DOCTYPE a [<!ENTITY b "bbbb">]>'), "not a list"),
    "hidden entities": (page(more='<!DOCTYPE a [<!ENTITY b "b">]>').encode("utf-16"), "not a list"),
    "another answer": ("<Error><Code>Odd</Code></Error>", "not a list"),
    "no xml": (b"<html>log in</html", "not a list"),
    "nothing": (b"", "not a list"),
    "other bytes": (b"\x00\xff", "not a list"),
    "too long": (page(*(f"in/d-{n:06}.age" for n in range(9000))), "not a list"),
    "for ever the same": (page("in/note", token="next"), "not a list"),
    "an odd token": (page("in/note", token="a&#10;b"), "not a list"),
    "no token": (page("in/note", token="x").replace("NextCont", "Cont"), "not a list"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_store_gives_nothing(what: str, liar: Liar, tmp_path: Path) -> None:
    body, expected = HOSTILE[what]
    liar.says(body)
    report = gathered(tmp_path / "to", liar.source())
    assert (report.new, report.sites) == (0, 0)
    told = [*report.unread, *(one.why for one in report.refused), *["others"] * report.others]
    assert told
    assert all(expected in one for one in told)
    assert {path for path in liar.asked if "?" not in path} <= {"/bucket/in/d-1.age"}


@pytest.mark.parametrize(
    ("status", "told"),
    [(403, "does not let this key in"), (301, "region"), (400, "region"), (404, "404")],
)
def test_a_refusal_is_told_by_what_can_be_done(
    status: int, told: str, liar: Liar, tmp_path: Path
) -> None:
    drop(tmp_path / "in", content("odense"))
    liar.says("<Error/>", status=status)
    report = gathered(tmp_path / "to", liar.source(), tmp_path / "in")
    assert report.new == 1
    assert told in report.unread[0]


def test_all_pages_are_asked_for_and_no_folder_is_entered(liar: Liar) -> None:
    liar.says(
        page("in/", "in/b.age", token="one+two/="),
        page("in/a.age", more="<?note?>", token="three"),
        page("in/c.age").replace(
            "<IsT", "<CommonPrefixes><Prefix>in/x/</Prefix></CommonPrefixes><IsT"
        ),
    )
    found = liar.source("s3://bucket/in/")
    assert [one.name for one in found.entries()] == ["a.age", "b.age", "c.age"]
    assert not found.more
    asked = [parse_qs(urlsplit(path).query) for path in liar.asked]
    assert [one.get("continuation-token") for one in asked] == [None, ["one+two/="], ["three"]]
    assert all(one["prefix"] == ["in/"] and one["delimiter"] == ["/"] for one in asked)


def test_the_whole_bucket_is_a_folder_too(liar: Liar) -> None:
    liar.says(page("d-1.age"))
    liar.objects["/bucket/d-1.age"] = (200, b"x")
    found = liar.source("s3://bucket/")
    [entry] = found.entries()
    assert (entry.day, entry.mark, entry.size) == (dt.date(2026, 11, 21), '"x"', 300)
    assert found.read(entry) == b"x"
    assert found.name == "s3://bucket"


def test_what_is_beyond_the_bounds_is_told(liar: Liar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3, "MOST", 3)
    liar.says(page("in/d.age", "in/b.age", token="1"), page("in/c.age", "in/a.age", token="2"))
    found = liar.source()
    assert [one.name for one in found.entries()] == ["a.age", "b.age", "c.age"]
    assert found.more


def test_pages_without_end_have_one(liar: Liar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3, "_PAGES", 5)
    liar.says(*(page("in/a.age", token=f"t{n}") for n in range(9)))
    found = liar.source()
    assert [one.name for one in found.entries()] == ["a.age"]
    assert found.more
    assert len(liar.asked) == 5


def test_the_longest_page_fits_what_is_read() -> None:
    longest = page(*("æ" * 512 for _ in range(s3._A_PAGE)), size=10**12, token="x" * 1000)
    longest = longest.replace(
        "</Contents>", "<StorageClass>INTELLIGENT_TIERING</StorageClass></Contents>"
    )
    assert len(longest) < 950_000
    assert s3._PAGES * s3._A_PAGE > sources.MOST


def test_an_object_that_is_larger_than_it_said_is_left(liar: Liar, tmp_path: Path) -> None:
    liar.says(page("in/d-1.age", "in/d-2.age"))
    liar.objects["/bucket/in/d-1.age"] = (200, b"x" * 2_000_000)
    liar.objects["/bucket/in/d-2.age"] = (403, b"<Error/>")
    report = gathered(tmp_path / "to", liar.source())
    assert [one.why for one in report.refused] == ["large", "gone"]


# moto, which checks signatures and rights like the real one.


class Bucket(Store):
    """A bucket, and someone who may list it and read in it and nothing else."""

    def prepare(self) -> str:
        self.client().create_bucket(
            Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-north-1"}
        )
        people = self.client("iam")
        people.create_user(UserName="reader")
        rule = [
            {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::bucket"},
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/*"},
        ]
        people.put_user_policy(
            UserName="reader",
            PolicyName="read",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": rule}),
        )
        made = people.create_access_key(UserName="reader")["AccessKey"]
        self.key_id = str(made["AccessKeyId"])
        return str(made["SecretAccessKey"])

    def put(self, **objects: bytes) -> None:
        self.guard(False)
        for name, body in objects.items():
            self.client().put_object(Bucket="bucket", Key=name, Body=body)
        self.guard(True)

    def drop(self, what: dict[str, Any], prefix: str = "in/") -> None:
        self.put(**{f"{prefix}{what['document']}.age": sealed(what)})

    def login(self, **changes: str) -> Login:
        made = {"url": self.url, "region": "eu-north-1", "key_id": self.key_id, **changes}
        return Login(made.pop("password", self.secret), **made)

    def source(self, address: str = "s3://bucket/in", **changes: str) -> S3Source:
        return S3Source(address, self.login(**changes))


@pytest.fixture(scope="module")
def moto() -> Iterator[int]:
    port = free_port()
    with served([*module("moto.server"), "-H", "127.0.0.1", "-p", str(port)], port):
        yield port


@pytest.fixture
def bucket(moto: int) -> Bucket:
    bucket = Bucket(moto)
    bucket.guard(False)
    bucket.tell("reset")
    bucket.secret = bucket.prepare()
    bucket.guard(True)
    return bucket


@pytest.mark.peer
def test_drops_in_a_bucket_are_read_once_and_stay_as_they_are(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3, "_A_PAGE", 2)
    made = [content("aarhus", number) for number in range(6)]
    for what in made:
        bucket.drop(what)
    bucket.drop(content("odense"), "in/below/")
    bucket.drop(content("odense"), "elsewhere/")
    bucket.put(**{"in/": b"", "in/nöt es+%41.txt": b"not ours", "in/d-0.age": b"nothing"})
    before = bucket.objects()
    bucket.guard(True)
    report = gathered(tmp_path / "to", bucket.source())
    assert (report.new, report.others, report.unread) == (6, 1, [])
    assert [(one.name, one.why) for one in report.refused] == [("d-0.age", "form")]
    assert table(tmp_path / "to")["rounds", "*", "*"] == (6, "exact")
    report = gathered(tmp_path / "to", bucket.source())
    assert (report.new, report.known) == (0, 6)
    assert bucket.objects() == before
    bucket.drop(made[0] | {"fields": fields(people=10)})
    assert gathered(tmp_path / "to", bucket.source()).different == [made[0]["document"]]
    bucket.drop(retraction(made[1]))
    report = gathered(tmp_path / "to", bucket.source())
    assert report.erased == 1
    assert [one.source for one in report.still_there] == ["s3://bucket/in"]


@pytest.mark.peer
@pytest.mark.parametrize("prefix", ["", "a b", "æøå/2026", "50%/a+b=c&d", "x//y", "~(it's)!*"])
def test_any_folder_of_a_bucket_can_be_named(prefix: str, bucket: Bucket, tmp_path: Path) -> None:
    bucket.drop(content("aarhus"), f"{prefix}/" if prefix else "")
    report = gathered(tmp_path / "to", bucket.source(f"s3://bucket/{prefix}"))
    assert (report.new, report.unread, report.refused) == (1, [], [])


@pytest.mark.peer
@pytest.mark.parametrize("wrong", ["key", "key_id", "bucket"])
def test_a_store_that_lets_nobody_in_stops_nothing_else(
    wrong: str, bucket: Bucket, tmp_path: Path
) -> None:
    drop(tmp_path / "in", content("odense"))
    bucket.drop(content("aarhus"))
    found = {
        "key": lambda: bucket.source(password="canary/key"),
        "key_id": lambda: bucket.source(key_id="AKIACANARY"),
        "bucket": lambda: bucket.source("s3://other/in"),
    }[wrong]()
    report = gathered(tmp_path / "to", found, tmp_path / "in")
    assert report.new == 1
    [told] = report.unread
    assert "does not let this key in" in told or "404" in told
    assert "canary" not in told.lower()


@pytest.mark.peer
def test_the_command_collects_from_a_bucket(
    bucket: Bucket,
    run: Run,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    month = dt.datetime.now(dt.UTC).strftime("%Y-%m")
    bucket.drop(content("aarhus", fields=fields(month=month)))
    (tmp_path / "key.txt").write_text(f"{KEY}\n", "utf-8")
    monkeypatch.setenv("DEBRIEF_TEST_S3", bucket.secret)
    store = ("--url", bucket.url, "--region", "eu-north-1", "--key-id", bucket.key_id)
    key = ("--key", str(tmp_path / "key.txt"), "--password", "env:DEBRIEF_TEST_S3")
    said = run("collect", "s3://bucket/in", "--to", str(tmp_path / "to"), *key, *store)
    assert (said.status, said.err) == (0, "")
    assert "1 new document" in said.out
