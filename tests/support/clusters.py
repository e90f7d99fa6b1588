"""Engines that speak Spark Connect: Sail in this process, Apache Spark as a cluster on loopback."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

HOST = "127.0.0.1"
PATIENCE = 180.0
#: Where `make spark` puts Apache Spark.
INSTALLED = Path(__file__).parents[2] / ".venv/spark"


#: For few rows: what Spark spends on making code and plans ahead never pays for itself.
FOR_LITTLE = {
    "spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false", "spark.sql.shuffle.partitions": "2",
    "spark.buffer.pageSize": "512k",  # of each aggregate, and a task may hold dozens
}  # fmt: skip


class Missing(Exception):
    """What this needs is not installed; the message says how to get it."""


@contextmanager
def sail() -> Iterator[str]:
    """Sail in this process; yields its address."""
    os.environ.setdefault("RUST_LOG", "error")
    from pysail.spark import SparkConnectServer

    server = SparkConnectServer(HOST, 0)
    server.start(background=True)
    try:
        yield f"sc://{HOST}:{server.listening_address[1]}"
    finally:
        server.stop()


@contextmanager
def sail_server(folder: Path) -> Iterator[tuple[str, int]]:
    """Sail in a process of its own; yields its address and process id."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "pysail", "spark", "server", "--ip", HOST, "--port", str(port)]
    with (folder / "sail.log").open("wb") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    try:
        _said(folder / "sail.log", rf"server on {HOST}:{port}")
        yield f"sc://{HOST}:{port}", process.pid
    finally:
        process.terminate()
        process.wait()


def spark_home() -> Path:
    """The folder of Apache Spark. Raises Missing, also where there is no Java."""
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        raise Missing(
            "Apache Spark needs Java 17 or newer: apt-get install openjdk-17-jre-headless"
        )
    found = [*INSTALLED.glob("lib/python*/site-packages/pyspark/bin/spark-class")]
    told = os.environ.get("WARMLIST_TEST_SPARK_HOME")
    home = Path(told) if told else found[0].parents[1] if found else None
    if home is None or not (home / "bin/spark-class").is_file():
        raise Missing("Apache Spark is not installed: make spark, or set WARMLIST_TEST_SPARK_HOME")
    return home


@contextmanager
def spark(folder: Path, *, workers: int = 2, memory: str = "1g",
          conf: Mapping[str, str] | None = None) -> Iterator[str]:  # fmt: skip
    """A master, workers of one core each and a Connect server; yields the address of the latter.

    folder: for logs and what workers spill. memory: of each worker's executor.
    """
    home = spark_home()
    settings = {
        "spark.connect.grpc.binding.address": HOST, "spark.connect.grpc.binding.port": "0",
        "spark.driver.host": HOST, "spark.driver.memory": "2g", "spark.executor.memory": memory, "spark.executor.cores": "1",
        "spark.ui.enabled": "false", "spark.sql.shuffle.partitions": str(2 * workers),
        "spark.local.dir": str(folder / "spill"),
    } | dict(conf or {})  # fmt: skip
    with ExitStack() as stack:
        master = stack.enter_context(
            _process(home, folder / "master.log", "bin/spark-class",
                     "org.apache.spark.deploy.master.Master", "--host", HOST, "--port", "0", "--webui-port", "0")
        )  # fmt: skip
        address = _said(master, r"Starting Spark master at (spark://\S+)")
        for number in range(workers):
            stack.enter_context(
                _process(home, folder / f"worker-{number}.log", "bin/spark-class",
                         "org.apache.spark.deploy.worker.Worker", "--host", HOST, "--cores", "1",
                         "--memory", _more(memory), "--webui-port", "0",
                         "--work-dir", str(folder / f"work-{number}"), address)
            )  # fmt: skip
        for _ in range(workers):
            _said(master, r"Registering worker", times=workers)
        given = [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]
        connect = stack.enter_context(
            _process(home, folder / "connect.log", "bin/spark-submit", "--master", address, *given,
                     "--class", "org.apache.spark.sql.connect.service.SparkConnectServer",
                     "--name", "connect", "spark-internal")
        )  # fmt: skip
        port = _said(connect, r"Spark Connect server started at: .*:(\d+)")
        yield f"sc://{HOST}:{port}"


def _more(memory: str) -> str:
    """What a worker must offer for one executor of this size."""
    return f"{int(memory[:-1]) + 1}{memory[-1]}"


@contextmanager
def _process(home: Path, log: Path, *command: str) -> Iterator[Path]:
    """A program of Spark that writes its log to a file, until the end of the block."""
    environment = os.environ | {
        "SPARK_HOME": str(home), "SPARK_LOCAL_IP": HOST, "SPARK_DAEMON_MEMORY": "512m",
        "SPARK_LOG_DIR": str(log.parent),
    }  # fmt: skip
    environment.pop("SPARK_CONF_DIR", None)
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(home / command[0]), *command[1:]],
            env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=log.parent,
        )  # fmt: skip
    try:
        yield log
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _said(log: Path, pattern: str, times: int = 1) -> str:
    """The first group (or whole) of a line in a log, as soon as it stands there so often."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = list(re.finditer(pattern, log.read_text("utf-8", "replace")))
        if len(found) >= times:
            return found[0][found[0].re.groups]
        time.sleep(0.1)
    raise AssertionError(f"{log.name} never said {pattern!r}:\n{log.read_text()[-2_000:]}")
