"""The private PostgreSQL and Valkey, killed and starved: nothing is left running, lost or opened to others."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg2
import pytest

from aims_portal import demo
from aims_portal.servers import ServerError, running, sockets, tether
from aims_portal.servers.postgres import Postgres
from aims_portal.servers.secret_key import secret_key

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
ROOT = Path(__file__).parents[2]
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests themselves run on servers; these here must not find them."""
    for variable in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data directory nobody else may enter."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    yield closed / "data"
    shutil.rmtree(sockets.address(closed / "data"), ignore_errors=True)


@pytest.fixture
def owner(data: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts processes that own or share the servers until they are ended; returns when the servers answer."""
    started = []

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "aims_portal.servers", "--data", data, "--", "sh", "-c", "echo up; sleep 60"]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
        started.append(process)
        assert process.stdout
        assert process.stdout.readline() == b"up\n"
        return process

    yield start
    for process in reversed(started):
        process.terminate()
        process.wait(20)
        assert process.stdout
        process.stdout.close()


def answer(url: str, question: str) -> object:
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone()
    finally:
        connection.close()


def parent(pid: int) -> int:
    """The parent of a living process; 0 when it is dead or a zombie."""
    with suppress(OSError):
        state, above = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[:2]
        return 0 if state == "Z" else int(above)
    return 0


def of(data: Path) -> dict[int, str]:
    """The living server processes of a data directory and their children, with their command lines."""
    marks = [os.fsencode(data), os.fsencode(sockets.address(data).name)]
    found: dict[int, str] = {}
    for pid in sorted(int(entry.name) for entry in Path("/proc").glob("[0-9]*")):
        with suppress(OSError):
            line = Path(f"/proc/{pid}/cmdline").read_bytes()
            server = (b"postgres" in line or b"valkey-server" in line) and any(mark in line for mark in marks)
            if parent(pid) and (server or parent(pid) in found):
                found[pid] = line.replace(b"\0", b" ").decode()
    return found


def gone(pids: Collection[int]) -> bool:
    return not any(parent(pid) for pid in pids)


def until(true: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.05)
    return False


def pid_of(data: Path, program: str) -> int:
    return next(pid for pid, line in of(data).items() if program in line)


def test_they_serve_on_unix_sockets_only(data: Path) -> None:
    with running(data, fast=True) as servers:
        assert answer(servers.urls["DATABASE_URL"], "SHOW server_encoding") == ("UTF8",)
        assert os.environ["REDIS_URL"] == servers.urls["REDIS_URL"]
        inodes = {link.readlink().name for pid in of(data) for link in Path(f"/proc/{pid}/fd").iterdir()}
        for table in ("tcp", "tcp6"):
            lines = Path("/proc/net", table).read_text().splitlines()[1:]
            assert not [line for line in lines if f"socket:[{line.split()[9]}]" in inodes]


def test_no_folder_above_the_data_changes(data: Path) -> None:
    above = [*data.parents, *Path(sys.prefix).parents]
    before = [(path.stat().st_mode, path.stat().st_uid) for path in above]
    with running(data, fast=True) as servers:
        assert answer(servers.urls["DATABASE_URL"], "SELECT 1") == (1,)
    assert [(path.stat().st_mode, path.stat().st_uid) for path in above] == before
    assert data.parent.stat().st_mode & 0o777 == 0o700


@only_root
def test_another_account_is_not_let_in(data: Path) -> None:
    with running(data, fast=True) as servers:
        postgres = next(server for server in servers.owned if isinstance(server, Postgres))
        psql = [str(postgres.programs / "psql"), "-h", str(postgres.sockets), "-U", "aims", "-c", "SELECT 1", "aims"]
        assert subprocess.run(psql, check=False, cwd="/", capture_output=True).returncode == 0
        # The account PostgreSQL itself runs as is the only other one that could even reach the socket.
        command = tether.tied(psql, at_death=signal.SIGTERM, privileges=postgres.account.privileges)
        tried = subprocess.run(command, check=False, cwd="/", capture_output=True, text=True)
        assert tried.returncode != 0
        assert "Peer authentication failed" in tried.stderr


@pytest.mark.parametrize("name", ["a" * 200, "with a space, an umlaut ü and a 'quote'"])
def test_any_name_of_the_data_directory_will_do(data: Path, name: str) -> None:
    with running(data / name, fast=True) as servers:
        assert answer(servers.urls["DATABASE_URL"], "SELECT current_database()") == ("aims",)


def test_killing_the_owner_leaves_nothing(data: Path, owner: Callable[[], subprocess.Popen[bytes]]) -> None:
    first = owner()
    servers = of(data)
    assert len(servers) > 4
    first.kill()
    assert until(lambda: gone(servers)), of(data)


def test_terminating_the_owner_leaves_nothing(data: Path, owner: Callable[[], subprocess.Popen[bytes]]) -> None:
    first = owner()
    servers, folder = of(data), sockets.address(data)
    first.terminate()
    assert first.wait(10) == 128 + signal.SIGTERM
    assert gone(servers)
    assert not folder.exists()


def test_what_a_crash_leaves_does_not_stop_the_next_start(data: Path) -> None:
    with running(data):
        for pid in of(data):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        left = (data / "postgres" / "postmaster.pid").read_text()
    # The dead server's number now belongs to somebody who is alive: to us.
    lines = [str(os.getpid()), *left.splitlines()[1:]]
    (data / "postgres" / "postmaster.pid").write_text("\n".join(lines) + "\n")
    folder = sockets.socket_folder(data)
    (folder / "valkey").touch()
    (folder / "postgres").mkdir()
    (folder / "postgres" / ".s.PGSQL.5432").touch()
    (folder / "postgres" / ".s.PGSQL.5432.lock").write_text("\n".join(lines) + "\n")
    with running(data) as servers:
        assert answer(servers.urls["DATABASE_URL"], "SELECT 1") == (1,)


def test_a_server_that_lost_its_owner_is_ended_before_the_next(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(data) as servers:
        # Forget the owner's hold on it, as if its death had gone unnoticed.
        (data / "servers.lock").unlink()
        monkeypatch.delenv("DATABASE_URL")
        before = {server.process.pid for server in servers.owned}
        with running(data) as successors:
            assert answer(successors.urls["DATABASE_URL"], "SELECT 1") == (1,)
            assert gone(before)


def test_an_interrupted_first_start_is_made_good(data: Path) -> None:
    unfinished = data / "postgres.unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    with running(data, fast=True) as servers:
        assert answer(servers.urls["DATABASE_URL"], "SELECT 1") == (1,)
    assert not unfinished.exists()


def test_those_who_come_later_share_and_the_owner_waits_for_them(
    data: Path, owner: Callable[[], subprocess.Popen[bytes]]
) -> None:
    first = owner()
    before = of(data)
    second = owner()
    assert of(data).keys() >= before.keys()
    assert pid_of(data, "bin/postgres") in before
    first.terminate()
    assert not until(lambda: first.poll() is not None, seconds=1), "the owner left while another used its servers"
    second.terminate()
    assert second.wait(10) == 128 + signal.SIGTERM
    assert first.wait(10) == 128 + signal.SIGTERM
    assert gone(before)


def test_the_demo_does_not_share_servers_it_cannot_look_after(
    data: Path, owner: Callable[[], subprocess.Popen[bytes]]
) -> None:
    first = owner()
    with pytest.raises(ServerError, match=rf"pid {first.pid}"), running(data, share=False):
        pass


def test_dead_servers_are_started_again_with_their_data(data: Path) -> None:
    with running(data) as servers:
        for server in servers.owned:
            server.process.kill()
            server.process.wait()
        assert set(servers.mend()) == {"PostgreSQL", "Valkey"}
        assert answer(servers.urls["DATABASE_URL"], "SELECT 1") == (1,)
        assert servers.mend() == []


def test_configured_servers_are_used_instead(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/aims")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere")
    with running(data) as servers:
        assert not servers.urls
    assert not data.exists()


def test_throwaway_data_are_gone_afterwards() -> None:
    command = [sys.executable, "-m", "aims_portal.servers", "--throwaway", "--", "sh", "-c", "echo $AIMS_DATA; exit 7"]
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 7
    assert not Path(done.stdout.strip()).exists()


def test_a_folder_for_sockets_made_by_somebody_else_is_refused(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "address", lambda data: tmp_path / "taken")
    (tmp_path / "taken").symlink_to(tmp_path / "closed")
    with pytest.raises(ServerError, match="somebody else made it"):
        sockets.socket_folder(data)


def test_the_secret_key_is_private_and_stays(tmp_path: Path) -> None:
    key = secret_key(tmp_path)
    assert len(key) > 50
    assert secret_key(tmp_path) == key
    assert [path.stat().st_mode & 0o777 for path in tmp_path.iterdir()] == [0o600]


def test_a_second_demo_on_the_same_data_is_told_where_the_first_is(tmp_path: Path) -> None:
    with demo.alone(tmp_path, "http://127.0.0.1:8123/"):
        told = rf"http://127\.0\.0\.1:8123/ \(pid {os.getpid()}\)"
        with pytest.raises(ServerError, match=told), demo.alone(tmp_path, "http://127.0.0.1:1/"):
            pass
    assert json.loads((tmp_path / "demo.lock").read_text())["pid"] == os.getpid()


def test_a_taken_port_is_said(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ServerError, match="--port"):
            demo.require_free(taken.getsockname()[1])
