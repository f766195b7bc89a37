"""The variables about mail servers: names, logins, TLS."""

from __future__ import annotations

from pymail.variables.table import FLAG, NUMBER, TEXT, Variable

LOGINS = ("none", "plain", "login", "cram-md5", "scram-sha-256", "xoauth2", "oauthbearer", "external")

ROWS = (
    Variable("smtp", TEXT, None, "Heirloom's name for the server that takes outgoing mail."),
    Variable("smtp-auth", TEXT, None, "How to log in to servers; unset: the best they offer.", choices=LOGINS),
    Variable("smtp-auth-password", TEXT, None, "The password for servers; taken from files only."),
    Variable("smtp-auth-user", TEXT, None, "The user's name for servers."),
    Variable("smtp-hostname", TEXT, None, "My name in the greeting of servers; unset: hostname."),
    Variable("smtp-timeout", NUMBER, "60", "How many seconds to wait for a server at each step."),
    Variable("smtp-use-starttls", FLAG, None, "Heirloom's wish for STARTTLS; pymail wants it anyway."),
    Variable("dsn", TEXT, None, "What the server shall report: success, failure, delay; or never."),
    Variable("password-command", TEXT, None, "A shell command whose first line is the password."),
    Variable("password-file", TEXT, None, "A file of mode 0600 whose first line is the password."),
    Variable("tls-ca-file", TEXT, None, "Certificates to trust in place of the system's."),
    Variable("tls-cert-file", TEXT, None, "My certificate for servers that ask for one."),
    Variable("tls-key-file", TEXT, None, "The key of my certificate."),
)
