"""The variables about sending: sender, transports, outbox."""

from __future__ import annotations

from pymail.variables.table import FLAG, NUMBER, TEXT, Variable

ROWS = (
    Variable("from", TEXT, None, "My address, with a name or without; unset: login@hostname."),
    Variable("hostname", TEXT, None, "The domain for my address, for Message-ID and for the greeting of servers."),
    Variable("mta", TEXT, None, "What takes outgoing mail: a URL or a program; several are tried in order."),
    Variable("mta-arguments", TEXT, None, "More arguments for the sendmail program."),
    Variable("sendmail", TEXT, None, "The sendmail program or a URL, as mta.", same="mta"),
    Variable("local-domains", TEXT, None, "More domains that local: delivers to users of this machine."),
    Variable(
        "outbox", TEXT, "", "Where letters wait that nothing could take; nooutbox: dead letter, status 75.", posix=None
    ),
    Variable("outbox-lifetime", NUMBER, "432000", "How many seconds a letter may wait in the outbox."),
    Variable("expandargv", FLAG, None, "Words after -- are arguments for the sendmail program."),
    Variable("forward-as-attachment", FLAG, None, "Messages that forward sends go along whole."),
    Variable("reply-to-honour", FLAG, "", "Answers go to Reply-To where a letter has one."),
    Variable("followup-to-honour", FLAG, "", "Answers to all go where Mail-Followup-To says."),
    Variable("recipients-in-cc", FLAG, None, "Answers put the other recipients of To into Cc."),
    Variable("format-flowed", FLAG, None, "Long paragraphs are sent so that readers can wrap them (RFC 3676)."),
    Variable("replyto", TEXT, None, "The Reply-To field of my letters."),
    Variable("autocc", TEXT, None, "Who gets a copy of each letter."),
    Variable("autobcc", TEXT, None, "Who gets a blind copy of each letter."),
    Variable("skipemptybody", FLAG, None, "Send nothing when a letter has no text."),
    Variable("verbose", FLAG, None, "Tell what is done while sending."),
)
