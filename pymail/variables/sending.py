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
    Variable("record-resent", FLAG, None, "A copy of what is resent goes into the file of record too."),
    Variable("forward-as-attachment", FLAG, None, "Messages that forward sends go along whole."),
    Variable("reply-to-honour", FLAG, "", "Answers go to Reply-To where a letter has one."),
    Variable("followup-to-honour", FLAG, "", "Answers to all go where Mail-Followup-To says."),
    Variable("recipients-in-cc", FLAG, None, "Answers put the other recipients of To into Cc."),
    Variable("markanswered", FLAG, "", "Messages that were answered are marked so."),
    Variable("fullnames", FLAG, "", "Answers keep the names of their recipients."),
    Variable("quote", TEXT, None, "Answers begin with the message; its fields too: headers, allheaders."),
    Variable("quote-inject-head", TEXT, "%f wrote:\\n", "The line before a quoted message: %f author, %a, %s, %d."),
    Variable("format-flowed", FLAG, None, "Long paragraphs are sent so that readers can wrap them (RFC 3676)."),
    Variable("replyto", TEXT, None, "The Reply-To field of my letters."),
    Variable("reply-to", TEXT, None, "Another name of replyto.", same="replyto"),
    Variable("return-address", TEXT, None, "Another name of from.", same="from"),
    Variable("subject", TEXT, None, "The subject of letters that are given none."),
    Variable("sender", TEXT, None, "Who sends for the authors in from: Sender field and envelope."),
    Variable("customhdr", TEXT, None, "Header fields for every letter, with commas between."),
    Variable("followup-to", FLAG, None, "Letters to known lists say where answers go (Mail-Followup-To)."),
    Variable("message-inject-head", TEXT, None, "Text before that of each letter; \\t and \\n count."),
    Variable("message-inject-tail", TEXT, None, "Text behind that of each letter; \\t and \\n count."),
    Variable("signature", TEXT, None, "A file that is added to the text of each letter."),
    Variable("autocc", TEXT, None, "Who gets a copy of each letter."),
    Variable("autobcc", TEXT, None, "Who gets a blind copy of each letter."),
    Variable("on-compose-enter", TEXT, None, "The macro that runs before a letter is written."),
    Variable("on-compose-leave", TEXT, None, "The macro that runs when a letter is written, before it is sent."),
    Variable("on-compose-cleanup", TEXT, None, "The macro that runs when a letter was sent or given up."),
    Variable("skipemptybody", FLAG, None, "Send nothing when a letter has no text."),
    Variable("skipempty", FLAG, None, "Another name of skipemptybody.", same="skipemptybody"),
    Variable("nullbody", FLAG, "", "A letter without text is sent; nonullbody: it is an error."),
    Variable("nullbodymsg", TEXT, "Null message body; hope that's ok", "What is said when a letter has no text."),
    Variable("appenddeadletter", FLAG, "", "The dead-letter file is added to, not replaced.", posix=None),
    Variable("verbose", FLAG, None, "Tell what is done while sending."),
)
