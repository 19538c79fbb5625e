"""Exporters that are wrong in one way each, and the check that must find it."""

from __future__ import annotations

from typing import NamedTuple

HEAD = '''"""Send it somewhere."""
import hashlib, os, random, socket, sys, time, urllib.request, uuid
from pathlib import Path
from debrief.plugin import *
SETTINGS = [Setting("url", "Where"), Secret("token", "Token")]
'''
PUT = """to.http.put(f"{to['url']}/{doc.id}", content=doc.body, headers={
        "If-None-Match": "*", "Authorization": f"Bearer {to['token']}"})"""
POST = """to.http.post(to['url'], content=doc.body, headers={"x-token": to['token']})"""


class Mutant(NamedTuple):
    """A plugin's text, the check that finds it, and the sections that are needed for that."""

    text: str
    check: str
    sections: str
    faults: tuple[str, ...] = ()
    line: str = ""
    """The end of the line of text that must be blamed, if one must."""


def sends(body: str, dedupe: str = "none", before: str = "") -> str:
    """Return a plugin with this body."""
    lines = "\n".join(f"    {line}" if line else "" for line in body.splitlines())
    return (
        f'{HEAD}{before}\n@exporter("mine", api=1, dedupe="{dedupe}", settings=SETTINGS)\n'
        f"def send(doc, to):\n{lines}\n"
    )


def renders(body: str, more: str = "") -> str:
    """Return a plugin that makes its own page with this body."""
    lines = "\n".join(f"        {line}" for line in body.splitlines())
    return f"""{HEAD}
class Mine(Exporter):
    name = "mine"
    renders = "own"
    settings = SETTINGS
{more}
    def render(self, view, context):
{lines}

    def send(self, doc, to):
        return to.accept({POST})
"""


GOOD = sends(f"return to.accept({PUT}, already=412)", "name")
ARRIVED = ("reset after the body",)

MUTANTS: dict[str, Mutant] = {
    "swallows errors and gives a receipt": Mutant(
        sends(f"try:\n    {POST}\nexcept Exception:\n    pass\nreturn Receipt()"),
        "reset after the body", "D", ARRIVED,
    ),
    "takes any answer for a yes": Mutant(sends(f"{POST}\nreturn Receipt()"), "500", "D", ("500",)),
    "tries again inside": Mutant(
        sends(
            f"for n in range(3):\n    reply = {POST}\n    if reply.status < 500:\n        break\n"
            "return to.accept(reply)"
        ),
        "503", "D", ("503",),
    ),
    "tries again when it broke": Mutant(
        sends(f"try:\n    reply = {POST}\nexcept Unknown:\n    reply = {POST}\n"
              "return to.accept(reply)"),
        "reset after the body", "D", ARRIVED,
    ),
    "has a client of its own": Mutant(
        sends(
            "request = urllib.request.Request(to['url'], doc.body)\n"
            "with urllib.request.urlopen(request) as reply:\n"
            "    return Receipt(said=str(reply.status))"
        ),
        "own-client", "G", (), "urlopen(request) as reply:",
    ),
    "has a client of its own, and nobody listens": Mutant(
        sends(
            "with urllib.request.urlopen(urllib.request.Request(to['url'], doc.body)) as reply:\n"
            "    return Receipt(said=str(reply.status))"
        ),
        "refused", "D", ("refused",),
    ),
    "unpacks whatever comes": Mutant(
        sends(
            "import gzip\n"
            "request = urllib.request.Request(to['url'], doc.body)\n"
            "with urllib.request.urlopen(request) as reply:\n"
            "    body = reply.read()\n"
            "    if reply.headers.get('content-encoding'):\n"
            "        body = gzip.decompress(body)\n"
            "return Receipt(said=str(len(body)))"
        ),
        "gzip bomb", "D", ("gzip bomb",),
    ),
    "makes up an id each time": Mutant(
        sends(
            "return to.accept(to.http.post(to['url'], content=doc.body,"
            " headers={'webhook-id': str(uuid.uuid4())}))",
            "key",
        ),
        "same-id", "E",
    ),
    "makes up a second id": Mutant(
        sends(
            "return to.accept(to.http.post(to['url'], content=doc.body,"
            " headers={'webhook-id': doc.id, 'x-request-id': str(uuid.uuid4())}))",
            "key",
        ),
        "same-id", "E",
    ),
    "puts the time in the address": Mutant(
        sends(
            "return to.accept(to.http.put(f\"{to['url']}/{time.time_ns()}-{doc.id}\","
            " content=doc.body))",
            "key",
        ),
        "same-id", "E",
    ),
    "says its receiver refuses a repeat": Mutant(
        sends(f"return to.accept({PUT.replace('If-None-Match', 'If-Match')})", "name"),
        "already", "E",
    ),
    "does not know a repeat": Mutant(sends(f"return to.accept({PUT})", "name"), "already", "E"),
    "gives no receipt": Mutant(sends(f"to.accept({POST})"), "well", "D"),
    "gives a receipt for nothing": Mutant(sends("return Receipt()"), "well", "D"),
    "follows where it is pointed": Mutant(
        sends(
            f"reply = {POST}\nif reply.status in (302, 307):\n"
            "    reply = to.http.post(reply.headers['location'], content=doc.body)\n"
            "return to.accept(reply)"
        ),
        "307 elsewhere", "D", ("307 elsewhere",),
    ),
    "forgets when to come back": Mutant(
        sends(f"reply = {POST}\nif reply.status == 429:\n    raise RetryLater()\n"
              "return to.accept(reply)"),
        "429 after 7", "D", ("429 after 7",), "raise RetryLater()",
    ),
    "refuses for ever what is only busy": Mutant(
        sends(f"reply = {POST}\nif reply.status != 201:\n    raise Rejected()\n"
              "return to.accept(reply)"),
        "503 after 7", "D", ("503 after 7",), "raise Rejected()",
    ),
    "says the secret": Mutant(
        sends(f"reply = {POST}\nreturn Receipt(said='with ' + to['token'])"), "secret", "F"
    ),
    "says what the receiver said": Mutant(
        sends(f"reply = {POST}\nif reply.status >= 400:\n    raise Rejected(reply.text[-150:])\n"
              "return to.accept(reply)"),
        "content", "CD", ("echo",),
    ),
    "says the secret that the receiver said": Mutant(
        sends(f"reply = {POST}\nif reply.status >= 400:\n    raise Rejected(reply.text)\n"
              "return to.accept(reply)"),
        "secret", "DF", ("echo",),
    ),
    "prints": Mutant(
        sends(f"print('sent')\nreturn to.accept({POST})"), "silent", "G", (), "print('sent')"
    ),
    "prints under the table": Mutant(
        sends(f"os.write(2, b'sent')\nreturn to.accept({POST})"), "silent", "G"
    ),
    "prints the content": Mutant(
        sends(f"print(doc.body)\nreturn to.accept({POST})"), "content", "C"
    ),
    "loops": Mutant(
        sends(f"{POST}\nwhile True:\n    pass"), "well", "D"
    ),
    "catches the end of its time": Mutant(
        sends("while True:\n    try:\n        time.sleep(60)\n    except BaseException:\n"
              "        pass"),
        "well", "D",
    ),
    "exits": Mutant(sends(f"{POST}\nsys.exit(0)"), "well", "D", (), "sys.exit(0)"),
    "exits hard": Mutant(sends(f"{POST}\nos._exit(0)"), "well", "D", (), "os._exit(0)"),
    "exits at import": Mutant(sends("return Receipt()", before="sys.exit(0)\n"), "import", "A"),
    "breaks at import": Mutant(
        sends("return Receipt()", before="1 / 0\n"), "import", "A", (), "1 / 0"
    ),
    "sends at import": Mutant(
        sends(f"return to.accept({POST})",
              before="try:\n    urllib.request.urlopen('http://127.0.0.1:9/')\n"
                     "except OSError:\n    pass\n"),
        "quiet-import", "A", (), "urlopen('http://127.0.0.1:9/')",
    ),
    "writes at import": Mutant(
        sends(f"return to.accept({POST})",
              before="Path(__file__).with_name('log').write_text('x')\n"),
        "quiet-import", "A", (), "write_text('x')",
    ),
    "says nothing of itself": Mutant(
        sends(f"return to.accept({POST})").replace('"""Send it somewhere."""\n', ""), "doc", "A"
    ),
    "has a setting without a label": Mutant(
        sends(f"return to.accept({POST})").replace('"Token"', '" "'), "settings", "A"
    ),
    "makes its page by the clock": Mutant(
        renders("return Page(time.strftime('%Y').encode() + str(time.time()).encode(),"
                " 'text/plain', '.txt')"),
        "same-page", "B",
    ),
    "makes its page on the day": Mutant(
        renders("import datetime\nday = datetime.date.today()\n"
                "return Page(str(day).encode(), 'text/plain', '.txt')"),
        "pure-page", "B", (), "day = datetime.date.today()",
    ),
    "makes its page by chance": Mutant(
        renders("return Page(str(random.random()).encode(), 'text/plain', '.txt')"),
        "same-page", "B",
    ),
    "makes its page of a set": Mutant(
        renders("words = {*'abcdefghijklmnop'}\n"
                "return Page(''.join(words).encode(), 'text/plain', '.txt')"),
        "same-page", "B",
    ),
    "makes its page where it is": Mutant(
        renders("return Page(time.strftime('%Z %H', (2026, 1, 9, 12, 0, 0, 4, 9, 0)).encode()"
                " + str(time.timezone).encode(), 'text/plain', '.txt')"),
        "same-page", "B",
    ),
    "asks the network for its page": Mutant(
        renders("try:\n    socket.create_connection(('127.0.0.1', 9)).close()\n"
                "except Exception:\n    pass\nreturn Page(b'x', 'text/plain', '.txt')"),
        "pure-page", "B",
    ),
    "makes no page": Mutant(renders("return b'x'"), "page", "B"),
    "sends more than its level": Mutant(
        sends(
            "more = b''.join(p.read_bytes() for p in Path('sessions').glob('*'))\n"
            "return to.accept(to.http.post(to['url'], content=doc.body + more))"
        ),
        "level-record", "C", (), "more = b''.join(p.read_bytes() for p in"
        " Path('sessions').glob('*'))",
    ),
    "looks at more than it was given": Mutant(
        sends(
            "more = [p.read_bytes() for p in Path('sessions').glob('*')]\n"
            f"return to.accept({POST})"
        ),
        "reads", "G", (), "Path('sessions').glob('*')]",
    ),
    "says that it seals": Mutant(
        renders("return Page(repr(view.fields).encode(), 'text/plain', '.txt')",
                "    seals = True\n"),
        "level-full", "C",
    ),
    "names the address after the content": Mutant(
        renders("import re\nself.x = 1\n"
                "return Page(view.fields.get('team', '').encode() + b'.', 'text/plain', '.txt')")
        .replace("to.http.post(to['url']", "to.http.post(to['url'] + '/' + doc.body.decode()"),
        "content", "C",
    ),
    "keeps a copy": Mutant(
        sends(f"Path(__file__).with_name('copy').open('ab').close()\n"
              f"return to.accept({POST})"),
        "writes", "G", (), ".open('ab').close()",
    ),
    "starts another program": Mutant(
        sends(f"try:\n    os.system('true')\nexcept Exception:\n    pass\n"
              f"return to.accept({POST})"),
        "programs", "G", (), "os.system('true')",
    ),
}  # fmt: skip

FOLDER_HEAD = f'''{HEAD}
class Mine(Exporter):
    """A folder."""
    name = "mine"
    dedupe = "name"
    settings = (Setting("path", "Folder"),)

    def send(self, doc, to):
        folder = Path(to["path"])
        target = folder / doc.filename
'''


def writes(body: str) -> str:
    """Return a plugin that writes to a folder."""
    return FOLDER_HEAD + "\n".join(f"        {line}" for line in body.splitlines()) + "\n"


WHOLE = """if not folder.is_dir():
    raise NotSent("away")
if target.exists():
    if target.read_bytes() != doc.body:
        raise Rejected("taken")
    return Receipt(duplicate=True)
part = folder / f".{doc.id}.part"
try:
    part.write_bytes(doc.body)
    os.link(part, target)
except FileExistsError:
    raise Rejected("taken")
except OSError:
    raise NotSent("disk")
finally:
    part.unlink(missing_ok=True)
return Receipt()"""
GOOD_FOLDER = writes(WHOLE)

FOLDER_MUTANTS: dict[str, Mutant] = {
    "makes the folder": Mutant(
        writes(WHOLE.replace('if not folder.is_dir():\n    raise NotSent("away")',
                             "folder.mkdir(exist_ok=True)")),
        "away", "D", ("away",),
    ),
    "writes over what is there": Mutant(
        writes("if not folder.is_dir():\n    raise NotSent()\ntarget.write_bytes(doc.body)\n"
               "return Receipt()"),
        "taken", "D", ("taken",),
    ),
    "does not know its own file": Mutant(
        writes("try:\n    with target.open('xb') as file:\n        file.write(doc.body)\n"
               "except FileExistsError:\n    raise Rejected('taken')\nreturn Receipt()"),
        "already", "E",
    ),
    "leaves half a file on a full disk": Mutant(
        writes("try:\n    with target.open('xb') as file:\n        file.write(doc.body)\n"
               "except FileExistsError:\n    return Receipt(duplicate=True)\n"
               "except OSError:\n    raise NotSent('disk')\nreturn Receipt()"),
        "full", "D", ("full",),
    ),
    "leaves half a file when it is killed": Mutant(
        writes("half = len(doc.body) // 2\nif target.exists():\n"
               "    return Receipt(duplicate=True)\n"
               "with target.open('xb', buffering=0) as file:\n"
               "    file.write(doc.body[:half])\n    file.write(doc.body[half:])\n"
               "return Receipt()"),
        "killed", "H",
    ),
    "names each file anew": Mutant(
        writes("target = folder / f'{uuid.uuid4()}.md'\ntarget.write_bytes(doc.body)\n"
               "return Receipt()"),
        "already", "E",
    ),
}  # fmt: skip
