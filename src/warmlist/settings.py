"""Every setting, where it is declared and explained: environment variables `WARMLIST_*`.

A secret is given by its variable or, better, by `..._FILE`, the name of a file that nobody else can
read. A variable that begins with `WARMLIST_` and is no setting is refused: a misspelt setting must
not be silently without effect.
"""

from __future__ import annotations

import difflib
import logging
import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import structlog
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from warmlist.errors import BadSettings

PREFIX = "WARMLIST_"
#: Variables of this family are read by the test suite, not by Warmlist.
TEST_PREFIX = "WARMLIST_TEST_"

LogLevel = Literal["debug", "info", "warning", "error"]


class Settings(BaseSettings):
    """What the surroundings decide. Values that people change while it runs are in the store."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="forbid", frozen=True, hide_input_in_errors=True
    )

    database_url: SecretStr | None = Field(
        None,
        description="PostgreSQL 15 or newer, as postgresql://user:password@host/name. "
        "Without it Warmlist starts a private PostgreSQL of its own inside `home`.",
    )
    home: Path = Field(
        Path("warmlist-data"),
        description="Folder for the private PostgreSQL and the columnar mirror.",
    )
    spark_remote: SecretStr | None = Field(
        None,
        description="Spark Connect server for `label --engine spark`, as sc://host:15002; it may carry "
        "a token, as sc://host:443/;token=...",
    )
    spark_storage: str | None = Field(
        None,
        description="Folder or address that this machine and the cluster both read and write, such as "
        "s3a://bucket/warmlist. Without it workers must see `home` under the same path.",
    )
    host: str = Field("127.0.0.1", description="Address that `serve` listens on.")
    port: int = Field(8000, ge=0, le=65535, description="Port of `serve`; 0 takes a free one.")
    currency: str = Field(
        "USD",
        pattern="^[A-Z]{3}$",
        description="ISO 4217 code of the workspace: sums and tiers are in it.",
    )
    time_zone: str = Field(
        "UTC", description="IANA zone of the team: its working hours and calendar days."
    )
    owner_name: str = Field("owner", min_length=1, description="Sign-in name of the first admin.")
    owner_password: SecretStr | None = Field(
        None, description="Password of the first admin; without it one is made and printed once."
    )
    log_level: LogLevel = Field("info", description="Least important log line that is written.")
    whatsapp_app_secret: SecretStr | None = Field(
        None,
        description="App secret of the Meta app; without it the WhatsApp door stays closed.",
    )
    whatsapp_verify_token: SecretStr | None = Field(
        None, description="Token that Meta repeats when the webhook is subscribed."
    )
    llm_url: str | None = Field(
        None,
        pattern=r"^(https://[^\s/]+|http://(localhost|127\.[0-9.]+|\[::1\])(:\d+)?)(/\S*)?$",
        description="OpenAI-compatible address, as https://host/v1, of a language model as a second "
        "reader; without it no message leaves this machine for one. Plain http only on this machine.",
    )
    llm_model: str = Field(
        "gpt-4o-mini", min_length=1, max_length=100, description="Its name at `llm_url`."
    )
    llm_key: SecretStr | None = Field(None, description="Bearer token for `llm_url`.")
    llm_daily: int = Field(200, ge=0, description="How often a day it may be asked at most.")
    llm_timeout: float = Field(5, gt=0, le=60, description="Seconds that one answer may take.")

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ValueError, OSError, KeyError):
            raise ValueError("not an IANA time zone such as Europe/Rome") from None
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only arguments: `load` reads the environment itself, strictly."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)


def log_to_stderr(level: LogLevel) -> None:
    """Log lines for people go to stderr, so that stdout holds answers alone."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S"),
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        # The stream is looked up anew for each line: who replaces it may close the old one.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


#: Settings that hold secrets; each may be given as `WARMLIST_<NAME>_FILE` too.
SECRETS = tuple(
    name for name, info in Settings.model_fields.items() if "SecretStr" in str(info.annotation)
)


def load(environ: Mapping[str, str] | None = None, **over: Any) -> Settings:
    """Read the settings from environment variables (default: this process's).

    over: settings given otherwise, such as on the command line; None = not given.

    Raises BadSettings that names the variable and the next step; values are never repeated.
    """
    variables = os.environ if environ is None else environ
    given: dict[str, Any] = {}
    for variable in sorted(variables):
        if not variable.upper().startswith(PREFIX) or variable.startswith(TEST_PREFIX):
            continue
        name, value = _setting(variable, variables[variable])
        if name in given:
            raise BadSettings(f"{PREFIX}{name.upper()} is given twice, also as a file; keep one")
        if value != "":
            given[name] = value
    given |= {name: value for name, value in over.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        raise BadSettings(_explain(error)) from None


def _setting(variable: str, value: str) -> tuple[str, str]:
    """One variable -> (name of the setting, its value; a secret file is read)."""
    name = variable.removeprefix(PREFIX).lower()
    if variable == PREFIX + name.upper():
        if name in Settings.model_fields:
            return name, value
        if name.endswith("_file") and name.removesuffix("_file") in SECRETS:
            return name.removesuffix("_file"), _read_secret(variable, Path(value))
    raise BadSettings(f"{variable} is not a setting", hint=_nearest(variable))


def _nearest(variable: str) -> str:
    known = [PREFIX + name.upper() for name in Settings.model_fields]
    known += [f"{PREFIX}{name.upper()}_FILE" for name in SECRETS]
    close = difflib.get_close_matches(variable.upper(), known, n=1, cutoff=0.6)
    return f"did you mean {close[0]}?" if close else f"settings are {', '.join(known)}"


def _read_secret(variable: str, path: Path) -> str:
    """The first line of a file that only its owner may read."""
    try:
        with path.open(encoding="utf-8") as file:
            rights = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if rights & 0o077:
                raise BadSettings(
                    f"{variable}: {path} can be read by others (mode {rights:04o})",
                    hint=f"run: chmod 600 {path}",
                )
            secret = file.read().removesuffix("\n").removesuffix("\r")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise BadSettings(f"{variable}: cannot read {path}: {reason}") from None
    if not secret or "\n" in secret:
        raise BadSettings(f"{variable}: {path} must hold the secret on one line, nothing else")
    return secret


def _explain(error: ValidationError) -> str:
    """All that is wrong, by variable; pydantic's sentences without the values."""
    return "; ".join(
        f"{PREFIX}{str(problem['loc'][0]).upper() if problem['loc'] else '?'}: "
        f"{problem['msg'].removeprefix('Value error, ')}"
        for problem in error.errors(include_input=False, include_url=False)
    )
