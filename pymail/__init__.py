"""pymail: mail(1), the terminal mail program of BSD and POSIX, in Python."""

__version__ = "0.1.0"
