"""The cluster that the settings name, for commands that may run on one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from warmlist.app import App
from warmlist.engines.mirror import Mirror
from warmlist.engines.spark import Spark
from warmlist.engines.storage import Storage
from warmlist.errors import BadSettings
from warmlist.labels.over_spark import OverSpark


@contextmanager
def on_spark(app: App, mirror: Mirror, as_of: int) -> Iterator[OverSpark]:
    """The plan as of a moment (ms), computed over the mirror and its tail.

    Raises BadSettings, EngineUnavailable, Busy.
    """
    remote, storage = app.settings.spark_remote, app.settings.spark_storage
    if remote is None:
        raise BadSettings(
            "--engine spark needs WARMLIST_SPARK_REMOTE",
            hint="such as sc://spark.example.com:15002",
        )
    contents = mirror.contents()
    with (
        Storage(mirror.folder, mirror.manifest, storage) as shared,
        Spark(remote.get_secret_value(), shared) as spark,
    ):
        spark.show(contents)
        over = OverSpark(spark, app.plan, as_of)
        over.compute()
        yield over
