"""A child of the demo that is started again when it ends by itself."""

import signal
import time
from collections.abc import Sequence
from pathlib import Path

from aims_portal.servers import tether

LONGEST_PAUSE = 30.0
STEADY_AFTER = 60.0


class Supervised:
    """The pause before a restart doubles from one second to thirty, and is forgotten after a minute of steady work."""

    def __init__(self, name: str, command: Sequence[str], log: Path, at_death: signal.Signals = signal.SIGTERM) -> None:
        self.name, self.command, self.log, self.at_death = name, command, log, at_death
        self.pause = 1.0
        self.died: float | None = None

    def start(self) -> None:
        self.process = tether.start(self.command, log=self.log, at_death=self.at_death)
        self.started = time.monotonic()

    def is_alive(self) -> bool:
        return self.process.poll() is None

    def mend(self) -> bool:
        """Looks after the child once; True when it was started again just now."""
        if self.is_alive():
            if time.monotonic() - self.started > STEADY_AFTER:
                self.pause = 1.0
            return False
        if self.died is None:
            tether.sweep(self.process)
            self.died = time.monotonic()
        if time.monotonic() - self.died < self.pause:
            return False
        self.pause = min(self.pause * 2, LONGEST_PAUSE)
        self.died = None
        self.start()
        return True

    @staticmethod
    def stop_all(children: Sequence["Supervised"], patience: float = 8) -> None:
        """Tells all of them first, so that they take their time together."""
        started = [child for child in children if hasattr(child, "process")]
        for child in started:
            if child.is_alive():
                child.process.terminate()
        deadline = time.monotonic() + patience
        for child in started:
            tether.stop(child.process, patience=max(0.1, deadline - time.monotonic()))
