"""Starts web and worker in one process: `warmlist serve`."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence

import uvicorn
from starlette.routing import BaseRoute, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from warmlist.app import App
from warmlist.errors import Busy
from warmlist.intake.inbox import Inbox
from warmlist.web import webhooks
from warmlist.web.accounts import StoreAccounts
from warmlist.web.api import mount
from warmlist.web.app import UVICORN_OPTIONS, create_app
from warmlist.web.live import listen
from warmlist.worker import Worker

#: How long a stopping worker may take to finish its round, in seconds.
PATIENCE = 30
_STOPS = (signal.SIGINT, signal.SIGTERM)


def worker_of(app: App) -> Worker:
    """The worker of this process; it does nothing until it is run."""
    return Worker(
        app.store, app.events, app.labeller, app.everybody,
        further=app.work_operations, openings=app.work_openings, chores=app.chores, nightly=app.nightly,
    )  # fmt: skip


def serve(
    app: App,
    *,
    extra_routes: Sequence[BaseRoute] = (),
    beside: Sequence[Callable[[threading.Event], None]] = (),
    say: Callable[[str], None] | None = None,
) -> None:
    """Web and worker until stopped by SIGINT or SIGTERM.

    extra_routes: after the pages. beside: further work, each in a thread of its own; it returns when
    its event is set. say: told the address once it can be reached.
    """
    door = _listen(app.settings.host, app.settings.port)
    app.warm_up()
    app.label_by_the_rules()
    worker = worker_of(app)
    _settle()
    stopping = threading.Event()
    threads = [threading.Thread(target=worker.run, name="worker", daemon=True)]
    if app.second_reader is not None:
        beside = [app.second_reader.run, *beside]
    threads += [
        threading.Thread(target=work, args=(stopping,), name=f"beside-{n}", daemon=True)
        for n, work in enumerate([app.alert_watch.run, app.follow_rules, *beside])
    ]
    for thread in threads:
        thread.start()
    try:
        asyncio.run(_web(app, worker, extra_routes, door, say))
    finally:
        stopping.set()
        worker.stop()
        for thread in threads:
            thread.join(timeout=PATIENCE)


def _settle() -> None:
    """Keep threads from waiting for each other, and the collector from what lives for ever.

    The worker asks PostgreSQL some twenty times a round; behind each answer it would wait up to the
    usual 5 ms for the pages' thread. A full collection over all that start-up made takes 100 ms.
    """
    sys.setswitchinterval(0.000_5)
    gc.collect()
    gc.freeze()


def _listen(host: str, port: int) -> socket.socket:
    """The socket of the pages. Raises Busy when somebody else has it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    door = socket.socket(family, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Inherited by what is accepted: else an answer's body waits 40 ms for its header to be acknowledged.
    door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        door.bind((host, port))
    except OSError as error:
        door.close()
        raise Busy(
            f"cannot listen on {host}:{port}: {error.strerror}", hint="choose another with --port"
        ) from None
    door.listen(2_048)
    return door


async def _web(
    app: App,
    worker: Worker,
    extra_routes: Sequence[BaseRoute],
    door: socket.socket,
    say: Callable[[str], None] | None,
) -> None:
    async with app.store.async_pool(min_size=2, max_size=4) as pool, Inbox(pool) as inbox:
        web = create_app(
            app.desk,
            app.settings,
            accounts=StoreAccounts(app.pool.connection),
            segments_desk=app.segments,
            learning_desk=app.learning,
            notices=lambda: listen(app.store.dsn),
            reviews=app.reviews,
            rules_desk=app.rules_desk,
            extra_routes=[*mount.routes(app), *extra_routes],
        )
        config = uvicorn.Config(
            _doors_first(webhooks.routes(inbox, app.settings, wake=worker.wake), web),
            loop="uvloop",
            http="httptools",
            access_log=False,
            log_config=None,
            **UVICORN_OPTIONS,
        )
        if say is not None:
            say(f"http://{app.settings.host}:{door.getsockname()[1]}")
        await _Server(config).serve(sockets=[door])


def _doors_first(doors: Sequence[BaseRoute], web: ASGIApp) -> ASGIApp:
    """Webhooks go straight to their doors: what pages need around them would cost most of a core."""
    router = Router(doors)

    async def front(scope: Scope, receive: Receive, send: Send) -> None:
        to_door = scope["type"] == "http" and scope["path"].startswith("/webhooks/")
        await (router if to_door else web)(scope, receive, send)

    return front


class _Server(uvicorn.Server):
    """Ends with a return when it is told to stop.

    Uvicorn's own raises the signal again once it is done, which would kill the process before the
    worker has finished its round and the inbox has written what waits.
    """

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        before = {sig: signal.signal(sig, self.handle_exit) for sig in _STOPS}
        try:
            yield
        finally:
            for sig, handler in before.items():
                signal.signal(sig, handler)
