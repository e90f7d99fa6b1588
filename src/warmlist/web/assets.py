"""The built styles and scripts: found by their manifest, served compressed and for ever."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import orjson
from starlette.datastructures import Headers
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from warmlist.errors import BadSettings

FOLDER = Path(__file__).parent / "static"
MANIFEST = Path(__file__).parent / "manifest.json"

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
_ENCODINGS = ((".br", "br"), (".gz", "gzip"))


def manifest(path: Path = MANIFEST) -> Mapping[str, str]:
    """Source name -> hashed name, such as 'app.css' -> 'app-K3J2.css'."""
    try:
        found: Mapping[str, str] = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        raise BadSettings(
            f"the pages' styles and scripts are not built: {path.name} is missing",
            hint="run: python tools/assets.py",
        ) from None
    return found


class Assets:
    """ASGI: only files that the build made, by their exact name; the name is their version."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._files = {file.name: file for file in folder.glob("*") if file.is_file()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = scope["path"].rpartition("/")[2]
        response = self._response(name, Headers(scope=scope).get("accept-encoding", ""))
        await response(scope, receive, send)

    def _response(self, name: str, accepted: str) -> Response:
        file = self._files.get(name)
        if file is None or file.suffix not in _TYPES:
            return PlainTextResponse("no such file", 404)
        headers = {
            "cache-control": "public, max-age=31536000, immutable",
            "vary": "accept-encoding",
        }
        offered = {part.split(";")[0].strip() for part in accepted.split(",")}
        for ending, encoding in _ENCODINGS:
            if encoding in offered and name + ending in self._files:
                headers["content-encoding"] = encoding
                file = self._files[name + ending]
                break
        return FileResponse(file, headers=headers, media_type=_TYPES[Path(name).suffix])
