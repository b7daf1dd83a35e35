"""How files are answered: content type, and caching by content."""

import hashlib
from pathlib import Path, PurePosixPath

from starlette.requests import Request
from starlette.responses import Response

# The browser asks each time, and gets 304 for what it has: a reload shows what was saved.
REVALIDATED = "no-cache"
# For URLs that name the content: the release is part of the runtime's.
IMMUTABLE = "public, max-age=31536000, immutable"

# Python's own `mimetypes` reads the computer's tables, which differ.
_CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".gif": "image/gif",
    ".htm": "text/html; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/vnd.microsoft.icon",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".otf": "font/otf",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".py": "text/x-python; charset=utf-8",
    ".svg": "image/svg+xml",
    ".toml": "application/toml; charset=utf-8",
    ".ttf": "font/ttf",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webm": "video/webm",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
    ".zip": "application/zip",
}


def content_type(name: str) -> str:
    """The Content-Type for a file of this name."""
    return _CONTENT_TYPES.get(PurePosixPath(name).suffix.lower(), "application/octet-stream")


def answer_content(request: Request, content: bytes, name: str, *, caching: str) -> Response:
    """The content under a strong ETag, or 304 where the caller has it already."""
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": caching}
    known = (tag.strip() for tag in request.headers.get("if-none-match", "").split(","))
    if etag in known:
        return Response(status_code=304, headers=headers)
    return Response(content, headers={**headers, "Content-Type": content_type(name)})


def file_within(directory: Path, name: str) -> Path | None:
    """The file of this relative name, if it is one in the directory and no link leads it out."""
    directory = directory.resolve()
    try:
        path = (directory / name).resolve()
        return path if path.is_relative_to(directory) and path.is_file() else None
    except (OSError, ValueError):  # a name too long, or with a NUL, is no file's
        return None
