"""GET /packs: the pack in force. POST /packs/check: what is wrong with another one."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Request
from pydantic import Field, TypeAdapter, ValidationError

from warmlist.errors import BadInput, BadPack
from warmlist.rules.read import read_pack
from warmlist.web.api import pack_files
from warmlist.web.api.context import Caller, Here
from warmlist.web.api.fields import Asked, Text, Told
from warmlist.web.api.pack_views import PackTold, told
from warmlist.web.api.problems import Trouble
from warmlist.web.api.requests import media_type

router = APIRouter(tags=["packs"])

LARGEST = 2 * 1024 * 1024
_ZIP, _JSON = "application/zip", "application/json"
_PLACED = re.compile(r"([^:\n]+):(\d+):(\d+): (.*)", re.DOTALL)


class PackList(Told):
    """The packs that decide labels and follow-ups."""

    items: list[PackTold]


class PackFiles(Asked):
    """A pack's files."""

    files: dict[str, Text] = Field(description="text by path, such as labels/intent.yaml")


class PackProblem(Told):
    """The first thing that is wrong."""

    file: str
    line: int
    column: int
    message: str


class PackChecked(Told):
    """Whether a pack can be used."""

    ok: bool
    pack: str | None = Field(description="name and version")
    problems: list[PackProblem] = Field(description="the first one; mend it and ask again")
    warnings: list[str]


_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            _JSON: {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "additionalProperties": False,
                    "properties": {
                        "files": {"type": "object", "additionalProperties": {"type": "string"}}
                    },
                }
            },
            _ZIP: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


@router.get("/packs")
def list_packs(here: Here, _caller: Caller) -> PackList:
    """The pack in force: thresholds, facts, dimensions with their labels and rules, playbooks."""
    return PackList(items=[told(here.app.plan.pack)])


@router.post("/packs/check", openapi_extra=_BODY)
async def check_pack(
    request: Request,
    here: Here,
    _caller: Caller,
    form: Annotated[str, Depends(media_type(_ZIP, _JSON))],
) -> PackChecked:
    """Read a pack and say what is wrong, with file, line and column. Nothing is kept."""
    body = await request.body()
    return await to_thread.run_sync(_checked, body, form, limiter=here.packs)


def _checked(body: bytes, form: str) -> PackChecked:
    files = pack_files.unzip(body) if form == _ZIP else _files(body)
    try:
        with pack_files.folder(files) as folder:
            pack = read_pack(folder)
    except BadPack as error:
        return PackChecked(ok=False, pack=None, problems=[_problem(error.message)], warnings=[])
    except RecursionError:
        deep = PackProblem(file="", line=1, column=1, message="an expression is nested too deeply")
        return PackChecked(ok=False, pack=None, problems=[deep], warnings=[])
    return PackChecked(ok=True, pack=pack.key, problems=[], warnings=list(pack.warnings))


def _files(body: bytes) -> dict[str, str]:
    try:
        return _FILES.validate_python(json.loads(body)).files
    except ValidationError:
        raise BadInput('the body must be {"files": {path: text}}') from None
    except (ValueError, RecursionError):
        raise Trouble(400, "the body is not JSON") from None


_FILES = TypeAdapter(PackFiles)


def _problem(message: str) -> PackProblem:
    """`file:line:column: what` in its parts; a message about the whole pack stands at its head."""
    match = _PLACED.fullmatch(message)
    if match is None:
        return PackProblem(file="pack.yaml", line=1, column=1, message=message)
    return PackProblem(file=match[1], line=int(match[2]), column=int(match[3]), message=match[4])
