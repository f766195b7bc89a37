#!/usr/bin/env python3
"""Read a folder of strangers' mail and compare with what other parsers made of it.

    check_mail.py DIR

DIR holds mail files and expected.jsonl: one object a file, with any of the fields subject,
from, parts, attachments, sizes, text, html_words, charset, messages, subjects. Every file is
opened, listed, shown, outlined and searched in a child of its own, which may take 2 s and
200 MB and must write nothing that could drive a terminal. Status 1 when a file fails, or when
fewer than 99 % of the fields agree.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from pymail import attachments, bodysearch, decode, display, dissection, outline, summary  # noqa: E402
from pymail.errors import MailError  # noqa: E402
from pymail.mailboxes import opening  # noqa: E402

SECONDS, OCTETS, SHARE = 2.0, 200 << 20, 0.99
WORD = re.compile(r"\w+")


def squeezed(text: str, length: int) -> str:
    return " ".join(text.split())[:length]


def seen(raw: bytes) -> dict[str, object]:
    """What pymail makes of one letter, in the terms of expected.jsonl."""
    root = decode.parse(raw)
    line = summary.from_head(root.head(), len(raw), 0)
    leaves = list(root.leaves())
    texts = [leaf for leaf in leaves if leaf.is_text and leaf.disposition != "attachment"]
    plain = [leaf for leaf in texts if leaf.type == "text/plain"]
    forms = {id(part) for each in root.walk() if each.type == "multipart/alternative" for part in each.walk()}
    files = [leaf for leaf in leaves if leaf.name and id(leaf) not in forms and leaf is not next(iter(texts), None)]
    return {
        "subject": squeezed(re.split("[\0-\x1f\x7f-\x9f\ufffd]", line.subject)[0], 200),
        "from": line.address,
        "parts": [leaf.type for leaf in leaves],
        "attachments": [squeezed(leaf.name, 1000) for leaf in files],
        "sizes": [[leaf.name, leaf.size] for leaf in leaves if leaf.name and not leaf.is_text],
        "text": squeezed(plain[0].text(), 60) if plain else "",
        "charset": next((leaf.params.get("charset", "").lower() for leaf in leaves if leaf.is_text), ""),
        "html_words": WORD.findall(re.sub(r"\[\d+\]", "", "\n".join(decode.text_of(root)))),
    }


def agrees(field: str, wanted: object, got: object) -> bool:
    if field == "sizes":
        assert isinstance(wanted, list) and isinstance(got, list)
        return all(each in got for each in wanted)
    if field == "html_words":
        assert isinstance(wanted, list) and isinstance(got, list)
        return got[: len(wanted)] == wanted
    if field == "charset":
        return str(wanted).lower() == got
    return wanted == got


def check(path: Path, expected: dict[str, object]) -> list[tuple[str, bool, str]]:
    """Read one file in every way; (field, whether it agrees, what was wanted and got)."""
    letters = opened(path)
    for raw in letters:
        use(raw)
    got = seen(letters[0] if letters else b"")
    got["messages"] = len(letters)
    got["subjects"] = [summary.from_head(decode.parse(raw).head(), 0, 0).subject for raw in letters]
    fields = [field for field in expected if field != "file"]
    return [
        (field, agrees(field, expected[field], got[field]), f"wanted {expected[field]!r}\n    got    {got[field]!r}")
        for field in fields
    ]


def opened(path: Path) -> list[bytes]:
    """The letters in a file; what does not begin like a letter is one all the same, as it would stand in an mbox."""
    try:
        mailbox = opening.open_mailbox(str(path), readonly=True)
    except MailError:
        raw = path.read_bytes()
        if raw.count(b"\r\n") * 2 > raw.count(b"\n"):
            raw = raw.replace(b"\r\n", b"\n")
        return [raw.partition(b"\n")[2] if raw.startswith(b"From ") else raw]
    return [mailbox.raw(place) for place in range(len(mailbox))]


def use(raw: bytes) -> None:
    """All that a reader can do with a letter."""
    for line in display.message(raw, shown=lambda name: True, width=80):
        strange = [char for char in line if char != "\t" and (char < " " or "\x7f" <= char < "\xa0")]
        assert not strange, f"{line!r} could drive a terminal"
    root = decode.parse(raw)
    line = summary.from_head(root.head(), len(raw), 0)
    json.loads("".join(outline.written(outline.message(1, "N", 0, line, raw))))
    list(dissection.listed(raw, "1"))
    list(dissection.decoded(raw, "1"))
    for part in attachments.attachments(root):
        assert "/" not in attachments.safe_name(part)
    bodysearch.Search("needle").matches(raw)


def in_child(path: Path, expected: dict[str, object]) -> tuple[list[tuple[str, bool, str]], str]:
    """The checks of one file, made in a child; and why it failed, "" when it did not."""
    reading, writing = os.pipe()
    start = time.monotonic()
    child = os.fork()
    if not child:
        try:
            done = json.dumps(check(path, expected))
        except BaseException:
            done = json.dumps(traceback.format_exc())
        with open(writing, "w") as pipe:
            pipe.write(done)
        os._exit(0)
    os.close(writing)
    with open(reading) as pipe:
        found = json.loads(pipe.read() or '"died"')
    usage = os.wait4(child, 0)[2]
    if isinstance(found, str):
        return [], found
    if usage.ru_utime + usage.ru_stime > SECONDS:
        return found, f"took {usage.ru_utime + usage.ru_stime:.1f} s ({time.monotonic() - start:.1f} s by the clock)"
    if usage.ru_maxrss << 10 > OCTETS:
        return found, f"took {usage.ru_maxrss >> 10} MiB"
    return found, ""


def main(folder: Path) -> int:
    lines = (folder / "expected.jsonl").read_text().splitlines()
    expected = {entry["file"]: entry for entry in map(json.loads, lines)}
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.*") if path.suffix in (".eml", ".mbox"))
    fields = agreed = failures = 0
    for name in names:
        found, failure = in_child(folder / name, expected.get(name, {}))
        for field, right, difference in found:
            fields += 1
            agreed += right
            if not right:
                print(f"{name}: {field}\n    {difference}")
        if failure:
            failures += 1
            print(f"{name}: {failure}")
    share = agreed / fields if fields else 0
    print(f"{len(names)} files, {failures} failed; {agreed} of {fields} fields agree, {share:.2%}")
    return int(failures > 0 or share < SHARE)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: check_mail.py DIR")
    sys.exit(main(Path(sys.argv[1])))
