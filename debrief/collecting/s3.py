"""Drops in an S3 bucket, of Amazon or a store of one's own, read through the guarded client.

Requests are signed with AWS Signature Version 4 and name the bucket in their path, which every
store understands. The key needs to list (s3:ListBucket) and to get (s3:GetObject), nothing else.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import os
import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import quote, unquote_plus, urlsplit
from xml.etree import ElementTree as ET

import msgspec

from debrief.collecting.drop import LIMIT, Refused, document_of
from debrief.collecting.remote import DEADLINE_S, ask, no_list, size, tree
from debrief.collecting.sources import MOST, Entry, Login, no_address, no_password, unread
from debrief.delivery.job import Way
from debrief.errors import EXIT_KEY, EXIT_USAGE, Problem
from debrief.i18n import _
from debrief.plugin import Reply

_A_PAGE: Final = 250
"""Objects asked for at once: with names as long and as odd as a store allows (1024 bytes, three
letters for each), their list is still under the 1 MB that is read."""
_PAGES: Final = MOST // _A_PAGE + 1
_BUCKET: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}")
_REGION: Final = re.compile(r"[A-Za-z0-9_-]{1,60}")
_WORD: Final = re.compile(r"[!-~]{1,4096}")
_NAME: Final = 200
"""Characters of a name that are kept; a drop's has fewer."""
_EMPTY: Final = hashlib.sha256(b"").hexdigest()


class Keys(msgspec.Struct, frozen=True):
    """What requests to a store are signed with."""

    region: str
    key_id: str
    key: str
    token: str = ""
    """Belongs to a key that is lent for some hours."""

    def __repr__(self) -> str:
        return "<keys>"


class S3Source:
    """`s3://BUCKET/PREFIX`: the objects right under that prefix, which is taken for a folder."""

    def __init__(self, address: str, login: Login) -> None:
        place, _slash, prefix = address.partition("://")[2].partition("/")
        bucket = place.rpartition("@")[2]
        prefix = prefix.rstrip("/")
        if not _BUCKET.fullmatch(bucket) or not _plain(prefix):
            raise no_address()
        self.name = f"s3://{bucket}/{prefix}".rstrip("/")
        self.more = False
        if ":" in place:
            raise no_password(self.name)
        if "@" in place:
            raise no_address()
        store, region = _store(login)
        self._keys = _keys(self.name, region, login)
        self._bucket = f"{store}/{bucket}"
        self._prefix = f"{prefix}/" if prefix else ""
        self._way = Way(
            hosts=(urlsplit(store).hostname or "",), ca_file=login.ca_file, deadline_s=DEADLINE_S
        )

    def entries(self) -> Iterator[Entry]:
        """Yield the objects, by name; raises Problem. What lies in a folder below is left alone."""
        found: dict[str, Entry] = {}
        token = ""
        for _page in range(_PAGES):
            page = self._page(token)
            found |= {entry.name: entry for entry in self._listed(page)}
            token = self._next(page, token)
            if not token or len(found) > MOST:
                break
        self.more = bool(token) or len(found) > MOST
        for name in sorted(found)[:MOST]:
            yield found[name]

    def read(self, entry: Entry) -> bytes:
        """Return the bytes of an object; raises Refused, or Problem when the store is away."""
        document_of(entry.name)
        if entry.size >= LIMIT:
            raise Refused("large")
        reply = self._get(f"{self._bucket}/{quote(self._prefix + entry.name, safe='/~')}")
        if reply.status != 200:
            raise Refused("gone")
        if len(reply.body) >= LIMIT:
            raise Refused("large")
        return reply.body

    def close(self) -> None:
        """Nothing is open."""

    def _get(self, url: str) -> Reply:
        now = dt.datetime.now(dt.UTC)
        return ask(self.name, self._way, "GET", url, signed("GET", url, self._keys, now))

    def _page(self, token: str) -> ET.Element:
        """Return one page of the list (ListObjectsV2)."""
        query = {
            "delimiter": "/",
            "encoding-type": "url",
            "list-type": "2",
            "max-keys": str(_A_PAGE),
            "prefix": self._prefix,
        }
        if token:
            query["continuation-token"] = token
        asked = "&".join(f"{name}={quote(query[name], safe='~')}" for name in sorted(query))
        reply = self._get(f"{self._bucket}?{asked}")
        if reply.status != 200:
            raise unread(self.name, _refusal(reply.status))
        page = tree(self.name, reply.body)
        if page.tag.rpartition("}")[2] != "ListBucketResult":
            raise no_list(self.name)
        return page

    def _listed(self, page: ET.Element) -> Iterator[Entry]:
        """Yield what stands in a page; a name that leads elsewhere counts by its last part."""
        encoded = page.findtext("{*}EncodingType", "") == "url"
        for one in page.iterfind("{*}Contents"):
            key = one.findtext("{*}Key", "")
            name = (unquote_plus(key) if encoded else key).rpartition("/")[2]
            if not name:  # the folder itself, as some programs put it there
                continue
            yield Entry(
                name[:_NAME],
                size(one.findtext("{*}Size", "")),
                _day(one.findtext("{*}LastModified", "")),
                one.findtext("{*}ETag", "")[:_NAME],
            )

    def _next(self, page: ET.Element, last: str) -> str:
        """Return what the next page is asked for with, empty when there is none."""
        if page.findtext("{*}IsTruncated", "") != "true":
            return ""
        token = page.findtext("{*}NextContinuationToken", "")
        if token in ("", last):
            raise no_list(self.name)
        return token


def signed(method: str, url: str, keys: Keys, now: dt.datetime) -> dict[str, str]:
    """Return the headers of a request without content: AWS Signature Version 4, all of them signed.

    `url` has its path and query percent-encoded, and the query sorted.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    """
    parts = urlsplit(url)
    headers = {"host": parts.netloc, "x-amz-content-sha256": _EMPTY}
    headers["x-amz-date"] = now.strftime("%Y%m%dT%H%M%SZ")
    if keys.token:
        headers["x-amz-security-token"] = keys.token
    return headers | {
        "Authorization": _authorization(method, parts.path, parts.query, headers, keys)
    }


def _authorization(
    method: str, path: str, query: str, headers: Mapping[str, str], keys: Keys
) -> str:
    stamp, names = headers["x-amz-date"], ";".join(sorted(headers))
    scope = f"{stamp[:8]}/{keys.region}/s3/aws4_request"
    lines = [f"{name}:{headers[name]}" for name in sorted(headers)]
    request = "\n".join([method, path, query, *lines, "", names, headers["x-amz-content-sha256"]])
    digest = hashlib.sha256(request.encode()).hexdigest()
    secret = f"AWS4{keys.key}".encode()
    for part in (*scope.split("/"), "\n".join(["AWS4-HMAC-SHA256", stamp, scope, digest])):
        secret = hmac.digest(secret, part.encode(), "sha256")
    return (
        f"AWS4-HMAC-SHA256 Credential={keys.key_id}/{scope},"
        f" SignedHeaders={names}, Signature={secret.hex()}"
    )


def _plain(prefix: str) -> bool:
    """Tell whether a prefix is text, and has no part that means another folder on the way."""
    return (not prefix or prefix.isprintable()) and not {".", ".."} & set(prefix.split("/"))


def _store(login: Login) -> tuple[str, str]:
    """Return the address of the store, Amazon's where there is no other, and its region."""
    given = login.url or _from_environment("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
    region = login.region or _from_environment("AWS_REGION", "AWS_DEFAULT_REGION")
    region = region or ("us-east-1" if given else "")
    if not _REGION.fullmatch(region):
        raise Problem(
            _(
                "The region of the bucket is missing or can't be used, and nothing was read; give"
                " it with --region, or a store of your own with --url."
            ),
            EXIT_USAGE,
        )
    return _address(given) if given else f"https://s3.{region}.amazonaws.com", region


def _address(given: str) -> str:
    """Return the address of a store without a slash at its end; raises Problem."""
    try:
        parts = urlsplit(given)
        right = bool(parts.hostname) and parts.port != 0 and parts.scheme in ("http", "https")
        right = right and parts.username is None and not (parts.query or parts.fragment)
    except ValueError:
        right = False
    if not right or not _WORD.fullmatch(given):
        raise Problem(
            _(
                "The address of the store can't be used, and nothing was read; --url is written"
                " https://HOST, without a name, a password or the bucket."
            ),
            EXIT_USAGE,
        )
    return f"{parts.scheme}://{parts.netloc}{quote(parts.path.rstrip('/'), safe='/~%')}"


def _keys(name: str, region: str, login: Login) -> Keys:
    """Return the access key: the one on the command line, or the environment's; raises Problem."""
    found = Keys(region, login.key_id, login.password)
    if not login.key_id:
        found = Keys(
            region,
            _from_environment("AWS_ACCESS_KEY_ID"),
            _from_environment("AWS_SECRET_ACCESS_KEY"),
            _from_environment("AWS_SESSION_TOKEN"),
        )
    if not all(map(_WORD.fullmatch, (found.key_id, found.key, found.token or "none"))):
        raise Problem(
            _(
                "There is no access key for {source}, and nothing was read; give --key-id, and with"
                " --password where its secret is, or set AWS_ACCESS_KEY_ID and"
                " AWS_SECRET_ACCESS_KEY."
            ).format(source=name),
            EXIT_KEY,
        )
    return found


def _from_environment(*names: str) -> str:
    return next(filter(None, (os.environ.get(name, "").strip() for name in names)), "")


def _refusal(status: int) -> str:
    if status == 403:
        return _("the store does not let this key in; look at the key and at this computer's clock")
    if status in (301, 307, 400):
        return _("the store says {status}; look at the region and the bucket").format(status=status)
    return _("the server says {status}").format(status=status)


def _day(text: str) -> dt.date | None:
    try:
        return dt.datetime.fromisoformat(text).date()
    except ValueError:
        return None
