"""Put the summary on a wiki that takes PUT: one page per debrief, never overwritten."""

from debrief.plugin import Document, Link, Receipt, Secret, Setting, exporter


@exporter(
    "wiki",
    api=1,
    renders="markdown",
    dedupe="name",
    settings=[Setting("url", "Address of the wiki"), Secret("token", "API token")],
)
def send(doc: Document, to: Link) -> Receipt:
    """Create the page if it is not there; 412 says that an earlier attempt did arrive."""
    reply = to.http.put(
        f"{to['url']}/{doc.id}.md",
        content=doc.body,
        headers={
            "If-None-Match": "*",
            "Content-Type": doc.media_type,
            "Authorization": f"Bearer {to['token']}",
        },
    )
    return to.accept(reply, already=412)
