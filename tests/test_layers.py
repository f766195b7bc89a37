"""The house is an order: a module imports only what stands above it, and few may do special things."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "pymail"

# What is not built yet has its place already: the terminal, POP3, IMAP, the service.
ORDER = """
    errors paths deputy ownership options
    variables.table variables.values
    absent
    words guess charsets rfc2047 encodedwords folding clusters scripts width headers addresslist addresses aliases
    olddates summary subjects threads lists criteria partlist msglist
    body enclosure draft heading replies bodycoding bodytext flowed
    pages recoding mediatypes parts encode resend reflow tags columns html transfer mime alternative decode bodysearch
    attachments search localdates headline report doubt display dissection outline mailcap process viewing printing
    tls secrets
    mailboxes.mailbox mailboxes.exposure
    mailboxes.names mailboxes.fromline mailboxes.quoting mailboxes.status mailboxes.dotlock mailboxes.lock
    mailboxes.mark mailboxes.sweep mailboxes.scan mailboxes.rest mailboxes.column mailboxes.texts mailboxes.base
    mailboxes.index mailboxes.identity
    mailboxes.stored mailboxes.journal mailboxes.layout mailboxes.job mailboxes.rewrite mailboxes.leftovers
    mailboxes.letter mailboxes.packed mailboxes.deposit mailboxes.prepend
    mailboxes.changes mailboxes.commit mailboxes.gather mailboxes.mbox mailboxes.indexed
    mailboxes.maildir mailboxes.eml mailboxes.pop3 mailboxes.imap
    mailboxes.opening
    deadletter
    transports.transport transports.url transports.wire transports.sevenbit transports.transaction transports.auth
    transports.smtp transports.lmtp transports.sendmail transports.aliases transports.local transports.file
    transports.entry transports.outbox
    transports.flush transports.notice transports.choose
    folder disposal sorting listing visit input progress filters user session history
    verbs.table verbs.kinds verbs.quoted verbs.selection
    conditions interpreter terminal targets recipients letterhead quotation
    escapes.table escapes.control escapes.head escapes.text escapes.whole escapes.every collect splice
    undelivered unfinished aloud waiting post writing
    verbs.settings verbs.fields verbs.show verbs.help verbs.index verbs.mark verbs.file verbs.leave verbs.send
    verbs.shell
    verbs.queue
    verbs.program verbs.folders verbs.forward verbs.lists
    service.smtp service.pop3 service.listen
    smtpwords editline
    modes.exists modes.read modes.script modes.send modes.queue modes.deliver modes.conversation
    main bundles start __main__
""".split()

LOADERS_BY_NAME = {"start", "interpreter", "mailboxes.opening", "transports.choose"}
FOLDERS = ("variables", "mailboxes", "transports", "verbs", "escapes", "service", "modes")


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in sorted(ROOT.rglob("*.py"))}
ROOMS = [name for name in MODULES if name and name not in FOLDERS]


def run_time_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Every node but those under `if TYPE_CHECKING:`; function bodies included."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            children: list[ast.AST] = list(child.orelse)
        else:
            children = [child]
        for each in children:
            yield each
            yield from run_time_nodes(each)


def imports(name: str) -> set[str]:
    """The modules that `name` imports anywhere, as dotted names; `from x import y` is x.y where that is a module."""
    found = set()
    package = ["pymail", *name.split(".")[:-1]]
    for node in run_time_nodes(ast.parse(MODULES[name].read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            names = {f"{source}.{alias.name}" for alias in node.names}
            found |= {name if is_module(name) else source for name in names}
    return found


def is_module(dotted: str) -> bool:
    top, _, rest = dotted.partition(".")
    return top == "pymail" and rest in MODULES


def rank(name: str) -> int:
    """The place of a room in ORDER, counted from the top."""
    return ORDER.index(name)


@pytest.mark.parametrize("name", ROOMS)
def test_module_has_a_place_in_the_order(name: str) -> None:
    assert name in ORDER


def test_module_has_its_place_in_the_order_only_once() -> None:
    assert len(set(ORDER)) == len(ORDER)


@pytest.mark.parametrize("name", ROOMS)
def test_module_imports_only_what_stands_above_it(name: str) -> None:
    ours = {found.partition(".")[2] for found in imports(name) if found.startswith("pymail.")}
    assert not {other for other in ours if other not in FOLDERS and rank(other) > rank(name)}
    assert name not in ours


@pytest.mark.parametrize("folder", FOLDERS)
def test_folder_has_an_empty_init(folder: str) -> None:
    assert not (ROOT / folder).exists() or (ROOT / folder / "__init__.py").read_text() == ""


def test_package_has_a_map_of_every_file() -> None:
    named = (ast.get_docstring(ast.parse(MODULES[""].read_text())) or "").partition("Every file")[2].split()
    top = [name for name in ROOMS if "." not in name and name != "__main__"]
    assert not {*top, *(f"{name}/" for name in FOLDERS if name in MODULES)}.difference(named)


def test_package_itself_imports_nothing() -> None:
    assert not imports("")


def test_only_the_terminal_knows_prompt_toolkit() -> None:
    users = {name for name in ROOMS if any(found.split(".")[0] == "prompt_toolkit" for found in imports(name))}
    assert users <= {"terminal"}


def test_modules_are_loaded_by_name_in_few_places_only() -> None:
    assert {name for name in ROOMS if loads_by_name(name)} <= LOADERS_BY_NAME


def loads_by_name(name: str) -> bool:
    names = {node.id for node in run_time_nodes(ast.parse(MODULES[name].read_text())) if isinstance(node, ast.Name)}
    dynamic = any(found.split(".")[0] in ("importlib", "runpy", "pkgutil") for found in imports(name))
    return dynamic or bool(names & {"__import__", "exec", "eval"})
