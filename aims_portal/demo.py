"""The demo: private servers, web, worker and beat on one machine, started and stopped together.

`python -m aims_portal.demo [--port N] [--data DIR]`. DEBUG is off; AIMS_DEMO=1 tells the settings that it speaks plain
http on 127.0.0.1. Nothing survives this process: see aims_portal.servers.tether.
"""

import argparse
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from aims_portal.servers import ServerError, running
from aims_portal.servers.__main__ import HOME, leave, own
from aims_portal.servers.failure import last_lines
from aims_portal.servers.secret_key import secret_key
from aims_portal.servers.supervised import Supervised
from aims_portal.servers.tether import tied

SECONDS_TO_READY = 120
LOG_LIMIT = 5_000_000


def main(words: Sequence[str]) -> int:
    """Runs until it is told to stop; 1 when it cannot start."""
    parser = argparse.ArgumentParser(prog="bin/demo", description="The portal with its sample organisation.")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AIMS_DATA") or HOME / ".data"))
    asked = parser.parse_args(words)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
    url = f"http://127.0.0.1:{asked.port}/"
    try:
        with own(asked.data) as data, alone(data, url):
            require_free(asked.port)
            shorten_logs(data / "logs")
            say("Starting PostgreSQL and Valkey ...")
            with running(data, share=False) as servers, portal(data, asked.port) as children:
                say(f"Ready: {url}")
                while True:
                    for name in [*servers.mend(), *(child.name for child in children if child.mend())]:
                        say(f"{name} had stopped and was started again; see {data / 'logs'}")
                    time.sleep(0.5)
    except ServerError as failure:
        print(failure, file=sys.stderr)
        return 1


@contextmanager
def alone(data: Path, url: str) -> Iterator[None]:
    """Refuses a second demo on the same data, naming the first."""
    with (data / "demo.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            with suppress(json.JSONDecodeError):
                first = json.loads(lock.read())
                raise ServerError(f"The demo already runs on {data}: {first['url']} (pid {first['pid']}).") from None
            raise ServerError(f"The demo already runs on {data}.") from None
        lock.truncate(0)
        lock.write(json.dumps({"pid": os.getpid(), "url": url}))
        lock.flush()
        yield


def require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            raise ServerError(f"Port {port} cannot be used: {error}. Choose another with --port.") from None


def shorten_logs(logs: Path) -> None:
    for log in logs.glob("*.log"):
        if log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))


@contextmanager
def portal(data: Path, port: int) -> Iterator[list[Supervised]]:
    """The prepared, answering portal; everything it consists of is stopped at the end, all at once."""
    # A worker that is told to stop leaves its task to the next one, as it does when it is killed.
    os.environ |= {"AIMS_DATA": str(data), "AIMS_DEMO": "1", "REMAP_SIGTERM": "SIGQUIT", "PYTHONUNBUFFERED": "1"}
    os.environ.setdefault("SECRET_KEY", secret_key(data))
    os.environ.setdefault("BASE_URL", f"http://127.0.0.1:{port}")
    logs = data / "logs"
    logs.mkdir(mode=0o700, exist_ok=True)
    accounts = prepared(logs / "preparation.log")
    celery = [sys.executable, "-m", "celery", "-A", "aims_portal"]
    web = [sys.executable, "-m", "gunicorn", "-c", "python:aims_portal.gunicorn", "--bind", f"127.0.0.1:{port}"]
    worker = [*celery, "worker", "--loglevel", "INFO", "--concurrency", "2", "--without-gossip", "--without-mingle"]
    beat = [*celery, "beat", "--loglevel", "INFO", "--pidfile", "", "--schedule", str(data / "beat-schedule")]
    children = [
        Supervised("web", web, logs / "web.log"),
        # Told gently after our death, Celery would first look for the broker that has died with us.
        Supervised("worker", worker, logs / "worker.log", at_death=signal.SIGKILL),
        Supervised("beat", beat, logs / "beat.log", at_death=signal.SIGKILL),
    ]
    say("Starting web, worker and beat ...")
    try:
        for child in children:
            child.start()
        wait_for(f"http://127.0.0.1:{port}/healthz", children[0])
        say(accounts)
        yield children
    finally:
        with suppress(OSError):
            say("Stopping ...")
        Supervised.stop_all(children)


def prepared(log: Path) -> str:
    """Brings the database up to date and loads catalogue and sample; returns what to tell people about accounts."""
    say("Preparing the database and the sample organisation ...")
    command = tied([sys.executable, "-m", "aims_portal.preparation"], at_death=signal.SIGTERM)
    with log.open("a") as output:
        done = subprocess.run(  # noqa: S603 (the command is ours)
            command, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=output, text=True
        )
    if done.returncode:
        raise ServerError(f"The database could not be prepared. The end of {log}:\n{last_lines(log)}")
    return done.stdout.rstrip("\n")


def wait_for(url: str, web: Supervised) -> None:
    deadline = time.monotonic() + SECONDS_TO_READY
    while time.monotonic() < deadline and web.is_alive():
        with suppress(OSError), urllib.request.urlopen(url, timeout=5):  # noqa: S310 (our own address)
            return
        time.sleep(0.1)
    raise ServerError(f"The portal did not answer. The end of {web.log}:\n{last_lines(web.log)}")


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
