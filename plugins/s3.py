"""Put each summary into an S3 bucket, as an object of its own that is never overwritten.

In debrief.toml:

    [destinations.archive]
    exporter = "s3"
    level = "record"
    fields = ["date", "team", "phases", "duties", "actions"]

    [destinations.archive.settings]
    url = "https://our-bucket.s3.eu-north-1.amazonaws.com/debriefs"
    region = "eu-north-1"
    key_id = "AKIAIOSFODNN7EXAMPLE"
    key = { keyring = "debrief/archive" }

Level: record, or counts. Whoever may read the bucket may read the summaries. The key needs only the
right to put objects (s3:PutObject) under that address: with it nobody can read, list or delete.

A repeat: the store refuses a second object of the same name, so it is there once, for ever. The
store must honour `If-None-Match: *` (AWS does since 2024); one that ignores it writes the same
bytes again. The computer's clock must be right within 15 minutes, or the store lets nothing in.
"""

import hashlib
import hmac
from datetime import UTC, datetime
from urllib.parse import urlsplit

from debrief.plugin import Document, Link, Receipt, RetryLater, Secret, Setting, Unknown, exporter


@exporter(
    "s3",
    api=1,
    renders="markdown",
    dedupe="name",
    settings=[
        Setting("url", "Address of the bucket, and a folder in it if you like"),
        Setting("region", "Region of the bucket; us-east-1 for most stores of one's own"),
        Setting("key_id", "Access key ID"),
        Secret("key", "Secret access key"),
    ],
)
def send(doc: Document, to: Link) -> Receipt:
    """Put the object if there is none of its name; 412 says that an earlier attempt did arrive."""
    url = f"{to['url'].rstrip('/')}/{doc.filename}"
    headers = {
        "Content-Type": doc.media_type,
        "Host": urlsplit(url).netloc,
        "If-None-Match": "*",
        "x-amz-content-sha256": doc.sha256,
        "x-amz-date": datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ"),
    }
    headers["Authorization"] = sign(url, headers, to["region"], to["key_id"], to["key"])
    reply = to.http.put(url, content=doc.body, headers=headers)
    if reply.status == 409:
        raise RetryLater(said="another request for the same name was under way", why="busy")
    if reply.status == 200 and "etag" not in reply.headers:
        raise Unknown("the answer is not the store's", "answer")
    return to.accept(reply, already=412, reference=doc.filename)


def sign(url: str, headers: dict[str, str], region: str, key_id: str, key: str) -> str:
    """Return the Authorization header for this PUT: AWS Signature Version 4, all headers signed."""
    stamp = headers["x-amz-date"]
    scope = f"{stamp[:8]}/{region}/s3/aws4_request"
    lines = {name.lower(): value.strip() for name, value in headers.items()}
    names = ";".join(sorted(lines))
    request = "\n".join(
        [
            "PUT",
            urlsplit(url).path,
            "",  # there is no query
            *(f"{name}:{lines[name]}" for name in sorted(lines)),
            "",
            names,
            headers["x-amz-content-sha256"],
        ]
    )
    digest = hashlib.sha256(request.encode()).hexdigest()
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, digest])
    secret = f"AWS4{key}".encode()
    for part in (*scope.split("/"), text):
        secret = hmac.digest(secret, part.encode(), "sha256")
    return (
        f"AWS4-HMAC-SHA256 Credential={key_id}/{scope},"
        f" SignedHeaders={names}, Signature={secret.hex()}"
    )
