"""What other programs have and pymail leaves out on purpose: commands and variables, and why.

Apart from the tables because nothing here does anything: who tries one of them is told, and the manual
names them all.
"""

from __future__ import annotations

COMMANDS = {
    "cryptography of letters": "certsave decrypt Decrypt verify",
    "spam filters": "classify good junk spamclear spamforget spamham spamrate spamset spamspam",
    "s-nail's programming": "addrcodec csop digmsg echoerrn errors imapcodec ghost read readall readctl readsh"
    " shcodec shift sleep unghost urlcodec vexpr vpospar vput",
    "caches of IMAP": "cache connect disconnect imap",
    "looking into TLS": "tls",
    "scores": "kill score unkill",
    "other lists of NetBSD's mail": "deldups down expose hide up",
}

# A star stands for any rest of a name.
VARIABLES = {
    "cryptography of letters is left out": "smime-* content-description-smime-*",
    "filters for spam are left out": "spam-*",
    "mailboxes on other machines are not opened": "imap-* pop3-*",
    "connections go straight, and passwords are looked for in one order": "socks-proxy-* netrc-lookup netrc-pipe",
    "keys and colours are those of the terminal": "bind-* colour-* line-editor-* termcap* typescript-mode",
    "each line that was typed is kept": "history-gabby history-gabby-persist",
    "errors are told as they happen": "errors-limit",
    "the envelope is told to a program by its arguments, and no blind copy stands in a letter":
    "mta-bcc-ok mta-no-receiver-arguments r-option-implicit",
    "a text in ASCII is called us-ascii": "charset-7bit",
    "a character set that is not named, or wrongly, is guessed": "charset-unknown-8bit decode-fallback",
    "any text is sent, and as text; each letter is MIME": "mime mime-allow-text-controls mime-force-sendout",
    "the type of a part is doubted where it says nothing": "mime-counter-evidence mimetypes-load-control",
    "programs that show parts are named by mailcap files and pipe-TYPE": "metamail mimenoask",
    "a part is told by its number, type, size and name":
    "content-description-forwarded-message content-description-quote-attachment rfc822-body-from_",
    "files and commands that get a letter stand in no field of it, and files become mailboxes":
    "add-file-recipients mbox-fcc-and-pcc",
    "header lines are in plain letters, from left to right": "headline-bidi headline-plain",
    "remarks and the order of fields are pymail's own": "bsdmsgs bsdorder variable-pretty-print varpp",
    "mailboxes are locked in every way there is, and keep the fields that they have": "dotlock-disable"
    " dotlock-ignore-error keep-content-length mbox-rfc4155",
    "what is made is its owner's alone": "umask",
    "aliases are replaced as soon as they are typed": "inplacealiases",
    "POSIX decides": "mailx",
}  # fmt: skip


def command(word: str) -> str:
    """What is left out with a command, "" where that is none of these."""
    return next((what for what, words in COMMANDS.items() if word in words.split()), "")


def variable(name: str) -> str:
    """Why a variable of this name means nothing here, "" where it is none of these."""
    for why, names in VARIABLES.items():
        if any(name == each or each.endswith("*") and name.startswith(each[:-1]) for each in names.split()):
            return why
    return ""
