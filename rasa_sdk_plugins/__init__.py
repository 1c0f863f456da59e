"""What the action server runs beside the actions. rasa-sdk 3.6 imports a package of this name when it starts."""

from __future__ import annotations

import asyncio
from threading import Event, Thread

import pluggy
from sanic import Sanic

hookimpl = pluggy.HookimplMarker("rasa_sdk")
_SECONDS_TO_STOP = 3


class AlertWorker:
    """Runs the alert worker in a thread for as long as the server runs."""

    @hookimpl
    def attach_sanic_app_extensions(self, app: Sanic) -> None:
        """Called before the server starts.

        Raises:
            AlertSettingsError: a route of the alerts is half set.
        """
        # Imported here: rasa-sdk takes a module that is missing at import for "no plugins", and says nothing.
        from ketamine_guide.alerts.worker import run_forever, ways  # noqa: PLC0415
        from ketamine_guide.settings import settings  # noqa: PLC0415

        chosen, stop = settings(), Event()
        worker = Thread(target=run_forever, args=(chosen, ways(chosen), stop), name="alert-worker", daemon=True)

        async def start(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
            worker.start()

        async def end(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
            # A delivery that takes longer is left: the alert falls due again, and the next server sends it.
            stop.set()
            await asyncio.to_thread(worker.join, _SECONDS_TO_STOP)

        app.register_listener(start, "after_server_start")
        app.register_listener(end, "before_server_stop")


def init_hooks(manager: pluggy.PluginManager) -> None:
    """Called by rasa-sdk when the action server starts."""
    manager.register(AlertWorker())
