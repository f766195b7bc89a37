"""Which media type a file has: by its name, else by how it begins.

Apart from `parts` because it is a table; small, so that the large one of the system is
read for rare names only.
"""

from __future__ import annotations

_TEXT = b"\t\n\v\f\r\x1b" + bytes(range(32, 127)) + bytes(range(128, 256))
_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"%!PS", "application/postscript"),
    (b"\x89PNG\r\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\0", "application/x-xz"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"ID3", "audio/mpeg"),
    (b"{\\rtf", "application/rtf"),
    (b"<!DOCTYPE html", "text/html"),
    (b"<html", "text/html"),
    (b"<?xml", "text/xml"),
    (b"BEGIN:VCALENDAR", "text/calendar"),
    (b"BEGIN:VCARD", "text/vcard"),
    # How letters begin that a delivery agent put down.
    (b"Return-Path:", "message/rfc822"),
    (b"Delivered-To:", "message/rfc822"),
    (b"Received:", "message/rfc822"),
    (b"From ", "application/mbox"),
    (b"\xff\xfe", "text/plain"),
    (b"\xfe\xff", "text/plain"),
)
_TYPES = {
    "7z": "application/x-7z-compressed",
    "asc": "text/plain",
    "avi": "video/x-msvideo",
    "bin": "application/octet-stream",
    "bmp": "image/bmp",
    "bz2": "application/x-bzip2",
    "c": "text/x-csrc",
    "cfg": "text/plain",
    "conf": "text/plain",
    "css": "text/css",
    "csv": "text/csv",
    "diff": "text/x-diff",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "eml": "message/rfc822",
    "epub": "application/epub+zip",
    "gif": "image/gif",
    "gz": "application/gzip",
    "h": "text/x-chdr",
    "htm": "text/html",
    "html": "text/html",
    "ics": "text/calendar",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "js": "text/javascript",
    "json": "application/json",
    "log": "text/plain",
    "m4a": "audio/mp4",
    "mbox": "application/mbox",
    "md": "text/markdown",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "ogg": "audio/ogg",
    "patch": "text/x-diff",
    "pdf": "application/pdf",
    "pem": "application/x-pem-file",
    "png": "image/png",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "ps": "application/postscript",
    "py": "text/x-python",
    "rtf": "application/rtf",
    "sh": "text/x-shellscript",
    "svg": "image/svg+xml",
    "tar": "application/x-tar",
    "tex": "text/x-tex",
    "tgz": "application/gzip",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "txt": "text/plain",
    "vcf": "text/vcard",
    "wav": "audio/x-wav",
    "webp": "image/webp",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xml": "text/xml",
    "xz": "application/x-xz",
    "yaml": "application/yaml",
    "yml": "application/yaml",
    "zip": "application/zip",
    "zst": "application/zstd",
}


def by_name(name: str) -> str:
    """The type that the extension of `name` stands for, "" when nobody knows."""
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    if extension and extension not in _TYPES:
        import mimetypes

        return mimetypes.guess_type("x." + extension, strict=False)[0] or ""
    return _TYPES.get(extension, "")


def by_content(start: bytes) -> str:
    """The type of a file that begins with `start`; text/plain when nothing speaks against it."""
    for magic, kind in _MAGIC:
        if start.startswith(magic):
            return kind
    return "application/octet-stream" if start.translate(None, _TEXT) else "text/plain"
