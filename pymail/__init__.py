"""pymail: mail(1), the terminal mail program of BSD and POSIX, in Python.

How it is built. Modules stand in one order (tests/test_layers.py) and import only what is above them.

    main        options -> send (sendmode) or read (readmode); start-up files; the exit status
    options, variables/, verbs/, escapes      the four tables; help, manual pages and completion read them
    interpreter    lines -> words -> verb: the one gate, and besides main the one place that catches errors
    session     everything a verb may know, passed along; nothing is kept in modules
    folder      an open mailbox with marks and dot; disposal says what quit does with each message
    msglist, conditions, words      the language, pure
    mailboxes/  mbox, Maildir, ...: columns of flags and places, letters in octets, one commit of one plan
    draft -> encode -> post      a letter is composed, written once, and answered for by every recipient
    transports/    SMTP, LMTP, sendmail programs, local delivery, files; the outbox for what nothing takes now
    mime, decode, display      octets -> parts -> safe lines; no terminal, nothing that a message could drive

What must stay true: the send path and the banner load little (tests/test_startup.py); a letter is on disk
before anybody is told that it waits; a mailbox is written once, under lock, by way of a journal; text of
strangers reaches the screen through `printable` or `safe` only; errors are raised as MailError and told in
one line.
"""

__version__ = "0.1.0"
