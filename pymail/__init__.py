"""pymail: mail(1), the terminal mail program of BSD and POSIX, in Python.

How it is built. A folder holds several of one kind, a file is one noun and begins by saying what it is. Modules
stand in one order (tests/test_layers.py) and import only what is above them.

    main              options -> one of the modes/: send, read, ...; start-up files; the exit status
    the four tables   options, variables/, verbs/, escapes/; help, manual pages and completion read them
    interpreter       lines -> words -> verb: the one gate, and besides main the one place that catches errors
    session           everything a verb may know, passed along; nothing is kept in modules
    the language      msglist, conditions, words: pure
    folder            an open mailbox with marks and dot; disposal says what quit does with each message
    mailboxes/        mbox, Maildir, ...: columns of flags and places, letters in octets, one commit of one plan
    a letter out      draft -> encode -> post: composed, written once, answered for by every recipient
    transports/       SMTP, LMTP, sendmail programs, local delivery, files; the outbox for what nothing takes now
    a letter in       mime -> decode -> display: parts, text, safe lines; nothing that a message could drive

What must stay true: the send path and the banner load little (tests/test_startup.py); a letter is on disk
before anybody is told that it waits; a mailbox is written once, under lock, by way of a journal; text of
strangers reaches the screen through `printable` or `safe` only; errors are raised as MailError and told in
one line.

Every file, by what it is about:

    start       start bundles main modes/ session history user errors
    machine     paths ownership deputy process progress secrets tls
    language    options variables/ absent input words conditions interpreter verbs/ msglist partlist criteria filters
    mailbox     mailboxes/ visit folder disposal summary headline localdates listing sorting threads search bodysearch
    header      headers encodedwords rfc2047 folding olddates addresses addresslist aliases recipients lists
    composing   draft heading body enclosure collect escapes/ splice unfinished replies subjects quotation letterhead
    encoding    encode resend parts bodytext bodycoding flowed recoding alternative mediatypes pages
    posting     post transports/ waiting undelivered deadletter targets aloud smtpwords editline
    reading     mime transfer charsets guess decode html columns tags reflow report doubt attachments
    screen      width scripts clusters display printing dissection outline viewing mailcap writing
"""

__version__ = "0.1.0"
