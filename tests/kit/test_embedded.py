"""The embedded server on its bad days. Slow on purpose: each test starts real servers (0.5 s each)."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from staytrue.kit import cluster, database, embedded
from staytrue.kit.errors import Refused, Temporary

IS_ROOT = os.geteuid() == 0
NOBODY = 65534


def connect(server: embedded.Server, password: str | None = None) -> psycopg.Connection:
    """A connection as the superuser with the password kept in the home."""
    password = password or (server.home / "secrets" / "staytrue").read_text()
    return psycopg.connect(
        host=str(server.socket), user="staytrue", password=password, dbname="postgres"
    )


def answer(server: embedded.Server, query: str) -> object:
    """The first value of a query, on a connection of its own."""
    with connect(server) as connection:
        row = connection.execute(query).fetchone()
        return row and row[0]


def remember(server: embedded.Server) -> None:
    """Commit one row that must survive."""
    with connect(server) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'Łódź' AS town")


def postmaster(home: Path) -> int:
    """The number of the server's first process."""
    return int((home / "postgres" / "postmaster.pid").read_text().splitlines()[0])


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A place for a home; whatever still runs there afterwards is stopped."""
    yield tmp_path / "home"
    embedded.stop(tmp_path / "home")


def test_a_new_home_is_closed_to_others_and_asks_for_its_password(home: Path) -> None:
    with embedded.start(home) as server:
        assert answer(server, "SELECT current_setting('listen_addresses')") == ""
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            connect(server, "wrong")
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "secrets" / "staytrue").stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "postgres").stat().st_mode) == 0o700


def test_no_parent_is_loosened_for_the_server(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with embedded.start(closed / "home") as server:
        assert answer(server, "SELECT 1") == 1
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def test_trigrams_keep_accented_letters(home: Path) -> None:
    with embedded.start(home) as server:
        connect(server).execute("CREATE EXTENSION pg_trgm").connection.commit()
        assert answer(server, "SELECT similarity('Łódź', 'Łódź') = 1 AND show_trgm('ó') <> '{}'")


def test_the_last_user_stops_the_server(home: Path) -> None:
    first = embedded.start(home)
    second = embedded.start(home)
    assert not first.stop_if_last()
    assert embedded.is_running(home)
    assert second.stop_if_last()
    assert not embedded.is_running(home)


def test_giving_up_twice_is_harmless(home: Path) -> None:
    with embedded.start(home) as server:
        server.stop_if_last()
    assert not server.stop_if_last()


def test_several_starters_share_one_server(home: Path) -> None:
    started: list[embedded.Server] = []
    starters = [
        threading.Thread(target=lambda: started.append(embedded.start(home))) for _ in range(4)
    ]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join()
    assert [server.stop_if_last() for server in started] == [False, False, False, True]


LEAVING = """
import sys
from pathlib import Path
from staytrue.kit import embedded
with embedded.start(Path(sys.argv[1])) as server:
    print("ready", flush=True)
    sys.stdin.readline()
"""


def test_two_that_leave_while_a_third_comes_stop_no_server_under_it(home: Path) -> None:
    for _ in range(4):
        leaving = [
            subprocess.Popen(
                [sys.executable, "-c", LEAVING, home],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )
            for _ in range(2)
        ]  # fmt: skip
        for each in leaving:
            assert each.stdout
            assert each.stdout.readline() == "ready\n"
        for each in leaving:
            assert each.stdin
            each.stdin.write("go\n")
            each.stdin.flush()
        with embedded.start(home) as third:
            for each in leaving:
                said = each.communicate(timeout=60)
                assert each.returncode == 0, said
            assert answer(third, "SELECT 1") == 1
        assert not embedded.is_running(home)


def test_two_that_leave_at_once_stop_the_server_together(home: Path) -> None:
    """While one leaves, another waits for the same lock: exactly one of them stops it."""
    servers = [embedded.start(home) for _ in range(2)]
    stopped: list[bool] = []
    leavers = [
        threading.Thread(target=lambda one=one: stopped.append(one.stop_if_last()))
        for one in servers
    ]
    for leaver in leavers:
        leaver.start()
    for leaver in leavers:
        leaver.join()
    assert sorted(stopped) == [False, True]
    assert not embedded.is_running(home)


def test_a_home_that_is_gone_has_nothing_to_stop(home: Path) -> None:
    server = embedded.start(home)
    embedded.stop(home)
    shutil.rmtree(home)
    assert not server.stop_if_last()


def test_a_killed_user_leaves_the_server_to_the_next(home: Path) -> None:
    dying = (
        "import os, signal, sys; from pathlib import Path; from staytrue.kit import embedded;"
        "server = embedded.start(Path(sys.argv[1])); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", dying, home], check=False)
    assert done.returncode == -signal.SIGKILL
    left = postmaster(home)
    with embedded.start(home):
        assert postmaster(home) == left
    assert not embedded.is_running(home)


def test_a_killed_server_starts_again_with_its_data(home: Path) -> None:
    first = embedded.start(home)
    remember(first)
    os.kill(postmaster(home), signal.SIGKILL)
    with embedded.start(home) as server:
        assert answer(server, "SELECT town FROM kept") == "Łódź"
    assert first.stop_if_last()


def test_a_lock_whose_number_now_belongs_to_another_is_stale(tmp_path: Path, home: Path) -> None:
    with embedded.start(home) as server:
        remember(server)
        shutil.copy(home / "postgres" / "postmaster.pid", tmp_path / "lock")
    with embedded.start(tmp_path / "other") as other:
        # A process of the same account lives under the number that the old locks name.
        lines = (tmp_path / "lock").read_text().split("\n")
        lines[0] = str(postmaster(other.home))
        for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            (home / "postgres" / name).write_text("\n".join(lines))
        (home / "postgres" / ".s.PGSQL.5432").touch()
        with embedded.start(home) as server:
            assert answer(server, "SELECT town FROM kept") == "Łódź"
            assert answer(other, "SELECT to_regclass('kept') IS NULL")


@pytest.mark.parametrize(
    "name",
    ["a blank and ümläut", 'it\'s "quoted" $HOME `id` \\', "comma, in it", "deep/" * 40],
    ids=["blank", "quotes", "comma", "long"],
)
def test_any_path_will_do(tmp_path: Path, name: str) -> None:
    with embedded.start(tmp_path / name) as server:
        assert answer(server, "SELECT 1") == 1
        assert stat.S_IMODE(server.socket.stat().st_mode) == 0o700


def test_data_of_another_major_version_is_refused_with_the_way_out(home: Path) -> None:
    (home / "postgres").mkdir(parents=True)
    (home / "postgres" / "PG_VERSION").write_text("17\n")
    os.chown(home / "postgres", cluster.account_for(home / "none").uid, -1)
    with pytest.raises(Refused, match=r"made by PostgreSQL 17.*backup") as refused:
        embedded.start(home)
    assert refused.value.code == "other_major_version"


def test_an_interrupted_first_start_leaves_nothing_half_made(home: Path) -> None:
    (home / "postgres.new" / "base").mkdir(parents=True)
    (home / "postgres.new" / "PG_VERSION").write_text("18\n")
    with embedded.start(home) as server:
        assert answer(server, "SELECT 1") == 1


def test_a_start_that_fails_keeps_no_lock(home: Path) -> None:
    (home / "postgres").mkdir(parents=True)
    (home / "postgres" / "PG_VERSION").write_text("17\n")
    os.chown(home / "postgres", cluster.account_for(home / "none").uid, -1)
    with pytest.raises(Refused):
        embedded.start(home)
    shutil.rmtree(home / "postgres")
    with embedded.start(home) as server:
        assert server.stop_if_last()


def test_what_a_broken_settings_file_says_reaches_the_person(home: Path) -> None:
    embedded.start(home).stop_if_last()
    with (home / "postgres" / "postgresql.conf").open("a") as file:
        file.write("no_such_setting = 1\n")
    with pytest.raises(Exception, match=r"no_such_setting.*The log is"):
        embedded.start(home)


def test_stopping_a_home_without_a_server_says_so(tmp_path: Path) -> None:
    assert not embedded.stop(tmp_path)
    assert not embedded.is_running(tmp_path)


@pytest.mark.skipif(not IS_ROOT, reason="only root can become another account")
def test_root_steps_down_to_an_account_without_rights(home: Path) -> None:
    with embedded.start(home):
        assert Path("/proc", str(postmaster(home))).stat().st_uid == NOBODY


@pytest.mark.skipif(not IS_ROOT, reason="only root can become another account")
def test_root_without_a_way_to_step_down_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(Refused, match="setpriv"):
        embedded.start(home)


@pytest.fixture
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A directory that other accounts reach: pytest's own are closed to them."""
    place = Path("/tmp", f"staytrue-test-{os.getpid()}")
    place.mkdir()
    place.chmod(0o777)
    yield place
    shutil.rmtree(place)


def as_account(uid: int, act: Callable[[], str]) -> str:
    """What `act` returned or raised in a child process of this account."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(uid)
            os.setuid(uid)
            said = act()
        except Refused as refused:
            said = f"refused: {refused}"
        except BaseException as error:  # noqa: BLE001 - the child must never return into pytest
            said = f"failed: {error!r}"
        os.write(write, said.encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return said


@pytest.mark.skipif(not IS_ROOT, reason="only root can become another account")
def test_an_ordinary_account_runs_its_own_server(elsewhere: Path) -> None:
    def act() -> str:
        with embedded.start(elsewhere / "home") as server:
            return str(answer(server, "SELECT 'works'"))

    assert as_account(NOBODY, act) == "works"
    with embedded.start(elsewhere / "home") as server:
        assert answer(server, "SELECT 'root joins it'") == "root joins it"


@pytest.mark.skipif(not IS_ROOT, reason="only root can become another account")
def test_the_home_of_another_account_is_refused(elsewhere: Path) -> None:
    embedded.start(elsewhere / "home").stop_if_last()
    said = as_account(NOBODY, lambda: str(embedded.start(elsewhere / "home")))
    assert said.startswith("refused: The home")


@pytest.mark.skipif(not IS_ROOT, reason="only root can become another account")
def test_an_account_without_a_name_is_refused(elsewhere: Path) -> None:
    said = as_account(4_242_424, lambda: str(embedded.start(elsewhere / "home")))
    assert said.startswith("refused: The account number 4242424 has no name")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """Mount a disk of so many megabytes, where that is allowed."""
    place = tmp_path / "disk"
    place.mkdir()

    def mount(megabytes: int) -> Path:
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place)]
        try:
            done = subprocess.run(command, capture_output=True, check=False)
        except FileNotFoundError:
            pytest.skip("no mount program on this machine")
        if done.returncode:
            pytest.skip("this account may not mount a small disk")
        return place

    yield mount
    embedded.stop(place / "home")
    subprocess.run(["umount", place], capture_output=True, check=False)


def test_a_disk_too_small_for_the_first_start_is_one_sentence(
    small_disk: Callable[[int], Path],
) -> None:
    home = small_disk(20) / "home"
    with pytest.raises(Temporary, match=r"is full: nothing was lost") as full:
        embedded.start(home)
    assert full.value.code == "disk_full"
    assert not (home / "postgres").exists()


def test_a_disk_too_full_to_start_is_one_sentence(small_disk: Callable[[int], Path]) -> None:
    disk = small_disk(150)
    embedded.start(disk / "home").stop_if_last()
    fill(disk)
    with pytest.raises(Temporary, match=r"is full"):
        embedded.start(disk / "home")
    (disk / "filler").unlink()
    with embedded.start(disk / "home") as server:
        assert answer(server, "SELECT 1") == 1


def test_a_disk_that_fills_up_is_one_sentence_and_heals(
    small_disk: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The write-ahead log cannot grow either: the server cuts everybody off, and recovers."""
    disk = small_disk(200)
    monkeypatch.setattr(settings, "HOME", disk / "home")
    with embedded.start(disk / "home") as server:
        remember(server)
        fill(disk)
        with pytest.raises(psycopg.Error) as failed, connect(server) as connection:
            connection.execute(
                "CREATE TABLE more AS SELECT repeat(n::text, 100) FROM generate_series(1, 500000) n"
            )
        said = database.in_words(failed.value)
        assert isinstance(said, Temporary)
        assert said.code == "disk_full"
        (disk / "filler").unlink()
        with embedded.start(disk / "home") as again:
            assert answer(again, "SELECT town FROM kept") == "Łódź"


def fill(disk: Path) -> None:
    """Leave not one byte."""
    with (disk / "filler").open("wb", buffering=0) as file:
        for size in (1 << 20, 1):
            try:
                while file.write(b"\0" * size) == size:
                    pass
            except OSError:
                continue
