"""Writes the lists in the manual pages from the program's tables.

    python man/make.py            rewrite the lists
    python man/make.py --check    only tell, by the status, whether they are right

A list stands between the comments `.\\" begin NAME` and `.\\" end NAME`; all else is prose.
"""

from __future__ import annotations

import pathlib
import re
import sys
import textwrap

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from pymail import absent, interpreter, msglist, options, outline  # noqa: E402
from pymail.escapes.every import ESCAPES  # noqa: E402
from pymail.headline import LETTERS  # noqa: E402
from pymail.variables.table import FLAG, SECTIONS, Variable  # noqa: E402
from pymail.verbs import table  # noqa: E402

PAGES = ("pymail.1", "pymailrc.5")


def quoted(text: str) -> str:
    """Text that roff shows as it is."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    text = re.sub("`([^`]+)`", r"\\(oq\1\\(cq", text)
    for char, name in (("~", "\\(ti"), ("^", "\\(ha"), ("`", "\\(ga"), ("'", "\\(aq")):
        text = text.replace(char, name)
    return "\\&" + text if text[:1] in ("'", ".", "%") else text


def word(text: str) -> str:
    """One argument of a macro, also where it is what macros take for punctuation."""
    return '"' + "\\&" * (text in ("!", "?", "|")) + quoted(text).replace('"', "\\(dq") + '"'


def prose(text: str) -> list[str]:
    """Text in lines, of which each sentence begins one, as roff wants it to part them."""
    sentences = re.split(r"(?<=[^ .][.]) (?=[A-Z$`])", text)
    lines = [line for each in sentences for line in textwrap.wrap(quoted(each), 80, break_on_hyphens=False)]
    return ["\\&" + line if line[0] in ".'" else line for line in lines]


def items(rows: list[tuple[str, str]]) -> str:
    lines = [".Bl -tag -width Ds"]
    for head, text in rows:
        lines += [f".It {head}", *prose(text)]
    return "\n".join([*lines, ".El"])


def option_list() -> str:
    sections = []
    for title, rows in options.SECTIONS:
        found = [(word(row.spelling().strip()), f"{row.text} {other_names(row)}".strip()) for row in rows]
        sections.append(f".Ss {title}\n{items(found)}")
    return "\n".join(sections)


def other_names(row: options.Option) -> str:
    return f"Also {', '.join('--' + name for name in row.also)}." if row.also else ""


def verb_list() -> str:
    interpreter.load_all()
    rows = []
    for row in sorted(table.VERBS, key=lambda row: (row.name.lower(), row.name)):
        heads = [f"Ic {word(spelling)}" for spelling in row.spellings]
        synopsis = f" Ar {word(row.kind.synopsis)}" if row.kind.synopsis else ""
        text = [row.help, row.more, row.limits]
        rows.append((" , ".join(heads) + synopsis, " ".join(filter(None, text))))
    return items(rows)


def escape_list() -> str:
    rows = [("Ic " + word("~~text"), "Begin a line with a tilde.")]
    for row in ESCAPES:
        heads = " , ".join("Ic " + word("~" + spelling) for spelling in row.spellings)
        rows.append((heads + (f" Ar {word(row.synopsis)}" if row.synopsis else ""), f"{row.help} {row.more}".strip()))
    return items(rows)


def form_list() -> str:
    states = [(f"Ic {word(':' + letter)}", text[0].upper() + text[1:] + ".") for letter, text in msglist.STATES.items()]
    return (
        items([(f"Ic {word(form)}", text[0].upper() + text[1:] + ".") for form, text in msglist.FORMS])
        + "\n.Pp\nThe letters after a colon, of which several may stand together:\n"
        + items(states)
    )


def default_of(row: Variable) -> str:
    def shown(value: str | None) -> str:
        if value is None:
            return "unset"
        if value == "\t":
            return "a tab"
        return "set" if row.kind == FLAG or not value else f'"{value}"'

    if row.same:
        return ""
    today, strict = shown(row.default), shown(row.posix)
    return f"Default: {today}." if today == strict else f"Default: {today}; with POSIXLY_CORRECT: {strict}."


def allowed_by(row: Variable) -> list[str]:
    return [f"One of {', '.join(row.allowed)}."] if row.allowed else []


def variable_list() -> str:
    sections = []
    for title, section in SECTIONS:
        texts = [" ".join([row.text, *allowed_by(row), default_of(row)]).strip() for row in section]
        rows = [(f"Va {word(row.name)}", text) for row, text in zip(section, texts, strict=True)]
        sections.append(f".Ss {title}\n{items(rows)}")
    return "\n".join(sections)


def letter_list() -> str:
    return items([(f"Li {word('%' + letter)}", f"{text[0].upper()}{text[1:]}.") for letter, text in LETTERS.items()])


def json_list() -> str:
    sections = []
    for name, rows in outline.TABLES.items():
        shown = {key: row for key, row in rows.items() if name != "message" or key not in outline.SUMMARY}
        also = "A message has all that a summary has, and\n" if name == "message" else ""
        heads = [(f"Li {word(key)} Pq {kind}", text) for key, (kind, text) in shown.items()]
        sections.append(f".Pp\n{also or f'A {name} has'.replace('A a', 'An a') + chr(10)}{items(heads)}")
    return "\n".join(sections)


def absent_list() -> str:
    def named(kind: str, names: str) -> str:
        return " , ".join(f"{kind} {word(name)}" for name in names.split())

    commands = [(named("Ic", names), f"{what[0].upper()}{what[1:]}.") for what, names in absent.COMMANDS.items()]
    variables = [(named("Va", names), f"{why[0].upper()}{why[1:]}.") for why, names in absent.VARIABLES.items()]
    return f"Commands:\n{items(commands)}\n.Pp\nVariables:\n{items(variables)}"


LISTS = {
    "options": option_list,
    "verbs": verb_list,
    "escapes": escape_list,
    "forms": form_list,
    "variables": variable_list,
    "json": json_list,
    "absent": absent_list,
    "letters": letter_list,
}


def made(page: str) -> str:
    """The text of a page with its lists made anew."""
    for name, make in LISTS.items():
        begin, end = f'.\\" begin {name}\n', f'.\\" end {name}\n'
        if begin in page:
            before, _, rest = page.partition(begin)
            page = before + begin + make() + "\n" + end + rest.partition(end)[2]
    return page


def main() -> int:
    wrong = []
    for name in PAGES:
        path = HERE / name
        text = path.read_text()
        new = made(text)
        if new != text and "--check" not in sys.argv:
            path.write_text(new)
        elif new != text:
            wrong.append(name)
    for name in wrong:
        print(f"man/{name}: its lists differ from the tables; run python man/make.py")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
