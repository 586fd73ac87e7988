"""PMSs that call: durable before the answer, once, and nothing believed. A real server answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections

from staytrue.connectors import registry
from staytrue.flow import connecting
from staytrue.hotel import scope
from staytrue.inbox import actions, secrets
from staytrue.kit import clock, database
from staytrue.kit.scrubbing import MASK
from staytrue.staff import audit
from tests import databases, make
from tests.web import calling, served
from tests.web.calling import JSON, SENDER, Answer, Server, kept

pytestmark = pytest.mark.django_db(transaction=True)

BODY = b'{"Events": [{"Discriminator": "CustomerUpdated", "Value": {"Id": "c1"}}]}'
CANARY = "kanari-23-never-to-be-kept"
TOO_LONG = 10 * 1024 * 1024 + 1


@pytest.fixture(scope="module")
def server(django_db_setup: None) -> Iterator[Server]:
    """One for all tests here: it takes a second to start."""
    with calling.server() as running:
        yield running


@pytest.fixture(autouse=True)
def _signed_dialect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_installed", lambda: served.SIGNED)


def signed(
    server: Server, body: bytes = BODY, *, id: str = "e1", age: int = 0, **headers: str
) -> Answer:
    """A call of the PMS that signs, some seconds old, with some headers as given."""
    at = clock.now() - timedelta(seconds=age)
    told = SENDER.headers(id, at, body)
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    return server.post("/hooks/bio-signed", body, told)


def test_a_call_is_durable_when_it_is_answered(server: Server) -> None:
    link, address = calling.pushed(make.hotel())
    answer = server.post(address, BODY, JSON | {"user-agent": "Mews", "cookie": "a=b"})
    assert (answer.status, answer.body) == (200, b"OK\n")
    (one,) = kept()
    assert (one.connection_id, one.event_id, bytes(one.body)) == (link.pk, None, BODY)
    assert one.headers == {"content-type": "application/json", "user-agent": "Mews"}


def test_two_hundred_at_once_are_all_kept_and_doubles_count_once(server: Server) -> None:
    _, address = calling.pushed(house := make.hotel())
    calling.signing(house)
    with ThreadPoolExecutor(40) as callers:
        own = [callers.submit(server.post, address, b'{"n": %d}' % n) for n in range(100)]
        events = [callers.submit(signed, server, id=f"e{n % 50}") for n in range(100)]
        assert {each.result().status for each in own + events} == {200}
    assert len(kept()) == 100 + 50


def test_pages_asked_for_at_once_share_few_places_at_the_database(server: Server) -> None:
    with ThreadPoolExecutor(30) as readers:
        pages = [readers.submit(server.post, "/accounts/login/", b"", {}, "GET") for _ in range(90)]
        assert {each.result().status for each in pages} == {200}
    with database.superuser() as admin:
        connected = admin.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s",
            [databases.COPY],
        ).fetchone()
    # And those of the doors, the writer and this test.
    assert connected
    assert connected[0] <= served.PAGES_AT_ONCE + 3


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"EnterpriseId": "ours", "Events": []}', 200),
        (b'{"EnterpriseId": "theirs", "Events": []}', 403),
        (b'{"Action": "IntegrationDisabled", "Data": {"Enterprise": {"Id": "theirs"}}}', 403),
        (b'{"Events": []}', 200),
        (b'{"EnterpriseId": "theirs"', 200),
    ],
)
def test_a_call_about_another_house_is_refused_and_not_kept(
    server: Server, body: bytes, status: int
) -> None:
    link, address = calling.pushed(make.hotel())
    assert server.post(address, b'{"EnterpriseId": "not known yet"}').status == 200
    with scope.everything(), audit.acting("tests", make.NOON):
        given = {"enterprise_id": "ours"}
        secrets.put_settings(link, given, registry.manifest("mews"))
    # A door is known for some seconds; a new address is looked for at once.
    address = calling.new_address(link)
    assert server.post(address, body).status == status
    assert len(kept()) == 1 + (status == 200)


@pytest.mark.parametrize(("token", "status"), [("c1", 200), ("c2", 403)])
def test_a_call_is_kept_for_the_house_that_shares_the_integration_or_for_none(
    server: Server, token: str, status: int
) -> None:
    link, address = calling.pushed(make.hotel())
    other, _ = calling.pushed(make.hotel("LAG"), "lag-mews")
    with scope.everything(), audit.acting("tests", make.NOON):
        facts = registry.manifest("mews")
        secrets.put_settings(link, {"client_token": "c1", "enterprise_id": "ours"}, facts)
        secrets.put_settings(other, {"client_token": token, "enterprise_id": "theirs"}, facts)
    # A door is known for some seconds; a new address is looked for at once.
    address = calling.new_address(link)
    answers = [server.post(address, b'{"EnterpriseId": "theirs"}') for _ in range(2)]
    assert {each.status for each in answers} == {status}
    assert [each.connection_id for each in kept()] == [other.pk] * (status == 200)


def test_a_token_that_the_pms_sends_stands_in_no_table(server: Server) -> None:
    _, address = calling.pushed(make.hotel())
    told = {"Enterprise": {"Id": "e1"}, "AccessToken": CANARY, "Integration": {"Id": "i1"}}
    body = json.dumps({"Action": "IntegrationApiKeyCreated", "Data": told}).encode()
    bodies = [body, body.replace(b"AccessToken", b"Access\\u0054oken"), body[:-2]]
    assert [server.post(address, each).status for each in bodies] == [200] * 3
    first, second, third = (bytes(each.body) for each in kept())
    assert json.loads(first)["Data"] == told | {"AccessToken": MASK}
    assert json.loads(second) == json.loads(first)
    assert b"IntegrationApiKeyCreated" in third
    forms = [f"%{CANARY}%", f"%{CANARY.encode().hex()}%"]
    with scope.everything(), connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            found = f'SELECT count(*) FROM "{name}" t WHERE to_jsonb(t)::text LIKE ANY(%s)'
            cursor.execute(found, [forms])
            assert (name, cursor.fetchone()) == (name, (0,))


@pytest.mark.parametrize("name", ["Hôtel Sirga", "sirga/mews", "50 %?#", ".."])
def test_whatever_a_connection_is_called_its_pms_reaches_it(server: Server, name: str) -> None:
    link, _ = calling.pushed(make.hotel(), name)
    address = connecting.new_address(link, by="tests", now=make.NOON)
    assert address.isascii()
    assert server.post(address, BODY).status == 200
    assert [each.connection_id for each in kept()] == [link.pk]


def test_a_stopped_connection_still_keeps_what_comes(server: Server) -> None:
    link, address = calling.pushed(make.hotel())
    with scope.everything(), audit.acting("tests", make.NOON):
        actions.stop(link, "wrong_password", {}, make.NOON)
    assert server.post(address, BODY).status == 200
    assert len(kept()) == 1


def test_while_the_database_is_away_it_says_so_and_then_all_is_well(server: Server) -> None:
    _, address = calling.pushed(make.hotel())
    assert server.post(address, b'{"n": 1}').status == 200
    connections.close_all()
    with database.superuser() as admin:
        _allow(admin, "false")
        try:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                [databases.COPY],
            )
            answer = server.post(address, b'{"n": 2}')
        finally:
            _allow(admin, "true")
    assert (answer.status, answer.headers["retry-after"]) == (503, "10")
    assert b"Traceback" not in answer.body
    assert server.post(address, b'{"n": 2}').status == 200
    assert [bytes(each.body) for each in kept()] == [b'{"n": 1}', b'{"n": 2}']


def _allow(admin: database.psycopg.Connection, said: str) -> None:
    databases._execute(admin, f"ALTER DATABASE {{}} ALLOW_CONNECTIONS {said}", databases.COPY)  # type: ignore[arg-type]


def test_a_wrong_secret_and_a_connection_that_is_not_there_are_answered_alike(
    server: Server,
) -> None:
    _, address = calling.pushed(make.hotel())
    wrong = server.post(address[:-1] + "_", BODY)
    unknown = server.post("/hooks/nobody/" + "x" * 43, BODY)
    assert (wrong.status, wrong.body) == (unknown.status, unknown.body) == (404, b"Not Found\n")
    assert wrong.headers.keys() == unknown.headers.keys()
    assert not kept()


@pytest.mark.parametrize("path", ["/hooks/", "/hooks//", "/hooks/bio-mews/", "/hooks/%00/%ff/x"])
def test_an_address_of_nobody_is_never_an_error_of_ours(path: str, server: Server) -> None:
    calling.pushed(make.hotel())
    assert server.post(path, BODY).status in {401, 404}


def test_the_secret_that_was_replaced_opens_nothing(server: Server) -> None:
    link, before = calling.pushed(make.hotel())
    after = calling.new_address(link)
    assert [server.post(path, BODY).status for path in (before, after)] == [404, 200]


def test_a_connection_that_signs_is_not_opened_by_an_address(server: Server) -> None:
    link = calling.signing(make.hotel())
    assert server.post(calling.new_address(link), BODY).status == 404


@pytest.mark.parametrize(
    ("method", "headers", "body", "status"),
    [
        ("GET", {}, b"", 405),
        ("PUT", JSON, BODY, 405),
        ("POST", {"content-type": "text/html"}, BODY, 415),
        ("POST", {}, BODY, 415),
        ("POST", JSON | {"content-encoding": "gzip"}, BODY, 415),
        ("POST", JSON, b"", 400),
    ],
)
def test_what_is_no_call_is_refused(
    method: str, headers: dict[str, str], body: bytes, status: int, server: Server
) -> None:
    _, address = calling.pushed(make.hotel())
    assert server.post(address, body, headers, method).status == status
    assert not kept()


def test_a_body_that_was_cut_is_not_kept(server: Server) -> None:
    _, address = calling.pushed(make.hotel())
    with server.line() as line:
        line.sendall(_head(address, "content-length: 100") + b'{"n": 1')
    assert server.post(address, BODY).status == 200
    assert [bytes(each.body) for each in kept()] == [BODY]


def test_a_body_in_chunks_is_taken(server: Server) -> None:
    _, address = calling.pushed(make.hotel())
    with server.line() as line:
        line.sendall(_head(address, "transfer-encoding: chunked") + b"2\r\n{}\r\n0\r\n\r\n")
        assert line.recv(4096).startswith(b"HTTP/1.1 200")
    assert [bytes(each.body) for each in kept()] == [b"{}"]


def test_a_call_without_or_with_a_wrong_signature_is_refused_and_not_kept(server: Server) -> None:
    calling.signing(make.hotel())
    none = server.post("/hooks/bio-signed", BODY)
    answers = [
        none,
        signed(server, webhook_signature="v1," + "A" * 44),
        signed(server, webhook_id="e2"),
        server.post("/hooks/bio-signed", BODY + b" ", SENDER.headers("e1", clock.now(), BODY)),
        server.post("/hooks/nobody", BODY, SENDER.headers("e1", clock.now(), BODY)),
    ]
    assert {(each.status, each.body) for each in answers} == {(401, b"Unauthorized\n")}
    assert not kept()


def test_a_call_played_again_has_no_effect_and_after_the_window_is_refused(server: Server) -> None:
    calling.signing(make.hotel())
    assert signed(server).status == 200
    assert signed(server, age=250).status == 200
    assert [each.event_id for each in kept()] == ["e1"]
    assert signed(server, id="e2", age=310).status == 401
    assert signed(server, id="e2", age=-310).status == 401
    assert len(kept()) == 1


@pytest.mark.parametrize("value", ["v1,ä", "v" * 1_048_576])
def test_a_signature_that_is_none_is_no_error_of_ours(value: str, server: Server) -> None:
    calling.signing(make.hotel())
    assert signed(server, webhook_signature=value).status == 401


def test_a_signature_header_that_comes_twice_is_refused(server: Server) -> None:
    calling.signing(make.hotel())
    told = SENDER.headers("e1", clock.now(), BODY)
    lines = [f"{name}: {value}" for name, value in told.items()]
    twice = "\r\n".join([*lines, lines[-1], f"content-length: {len(BODY)}"])
    with server.line() as line:
        line.sendall(_head("/hooks/bio-signed", twice, kind="") + BODY)
        assert line.recv(4096).startswith(b"HTTP/1.1 401")
    assert not kept()


def test_a_body_that_is_too_long_is_refused_before_it_is_read(server: Server) -> None:
    _, address = calling.pushed(make.hotel())
    with server.line() as line:
        line.sendall(_head(address, f"content-length: {TOO_LONG}"))
        assert line.recv(4096).startswith(b"HTTP/1.1 413")
    assert not kept()


def test_a_body_without_end_is_cut_at_the_limit(server: Server) -> None:
    _, address = calling.pushed(make.hotel())
    sent, piece = 0, b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    with server.line() as line:
        line.sendall(_head(address, "transfer-encoding: chunked"))
        while sent <= TOO_LONG and _send(line, piece):
            sent += len(piece)
        assert not _send(line, piece * 200)
    assert sent < TOO_LONG + 64 * len(piece)
    assert not kept()


@pytest.mark.parametrize("form", ["transfer-encoding: chunked", "content-length: 100000"])
def test_a_body_that_stops_is_hung_up_on(form: str, server: Server) -> None:
    """Slow: it waits for the limit of time, which is a second in this server."""
    _, address = calling.pushed(make.hotel())
    with server.line() as line:
        line.sendall(_head(address, form) + b"1\r\n{\r\n")
        said = b""
        while piece := line.recv(4096):
            said += piece
    assert said.startswith(b"HTTP/1.1 408")
    assert not kept()


def _head(address: str, *lines: str, kind: str = "content-type: application/json") -> bytes:
    told = [f"POST {address} HTTP/1.1", "host: localhost", *filter(None, [kind]), *lines]
    return ("\r\n".join(told) + "\r\n\r\n").encode()


def _send(line: calling.socket.socket, data: bytes) -> bool:
    """Whether the other side still takes anything."""
    try:
        line.sendall(data)
    except (BrokenPipeError, ConnectionResetError):
        return False
    return True
