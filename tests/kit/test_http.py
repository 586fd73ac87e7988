"""Outgoing HTTP against servers that lie, stall and flood (attack tests 36 to 40)."""

from __future__ import annotations

import gzip
import socket
import threading
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from staytrue.kit.errors import Misconfigured, Refused, StaytrueError, Temporary
from staytrue.kit.http import Client, Limits, Response
from tests.kit.far_side import OK, Authority, Server, body, says, serving

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
SECRET = "canary-7f3a"


def client_of(server: Server, **settings: object) -> Client:
    """A client that an administrator allowed to speak to this server."""
    allowed = frozenset({server.authority, f"pms.example:{server.port}"})
    return Client(allow_private=allowed, **settings)


def here(host: str, port: int) -> list[str]:
    """Every name is this machine."""
    return ["127.0.0.1"]


def refusal_of(
    answer: bytes | Callable[[Server, socket.socket], None], **settings: object
) -> StaytrueError:
    """What a client says of a server that answers so."""
    told = says(answer) if isinstance(answer, bytes) else answer
    with serving(told) as server, client_of(server, **settings) as client:
        with pytest.raises(StaytrueError) as refusal:
            client.request("GET", server.url)
        return refusal.value


def test_an_answer_is_read_to_its_end_and_the_connection_kept() -> None:
    whole = body(gzip.compress(b"rooms" * 100), b"Content-Encoding: gzip", b"X-Hotel: 7")
    with serving(says(whole)) as server, client_of(server) as client:
        answers = [client.request("GET", server.url + "a?b=1") for _ in range(3)]
        assert [answer.body for answer in answers] == [b"rooms" * 100] * 3
        assert answers[0].headers["x-hotel"] == "7"
        assert server.heads[0].startswith(b"GET /a?b=1 HTTP/1.1\r\nhost: 127.0.0.1:")


def test_json_is_sent_with_its_type_and_length() -> None:
    with serving(says(body(b"[]"))) as server, client_of(server) as client:
        answer = client.request("POST", server.url, json={"a": [1, "é"]}, headers={"X-Key": SECRET})
        assert answer.body == b"[]"
        head = server.heads[0].lower()
        assert b"content-type: application/json" in head
        assert b"content-length: 14" in head


def test_a_private_machine_that_nobody_allowed_is_never_connected_to() -> None:
    with serving(says(body(b""))) as server, Client(ports=frozenset({server.port})) as client:
        with pytest.raises(Misconfigured) as refusal:
            client.request("GET", f"https://127.0.0.1:{server.port}/")
        assert refusal.value.code == "address_not_allowed"
        assert not server.heads


def test_a_name_that_turns_private_is_connected_to_only_where_it_was_checked() -> None:
    answers = iter([["93.184.216.34"], ["10.0.0.5"]])
    dialled: list[str] = []

    def dial(address: str, port: int, seconds: float) -> socket.socket:
        dialled.append(address)
        raise ConnectionRefusedError

    with Client(resolve=lambda _host, _port: next(answers), dial=dial) as client:
        with pytest.raises(Temporary):
            client.request("GET", "https://pms.example/")
        with pytest.raises(Misconfigured) as refusal:
            client.request("GET", "https://pms.example/")
    assert refusal.value.code == "address_not_allowed"
    assert dialled == ["93.184.216.34"]


def test_one_connect_asks_for_the_name_once() -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    with serving(says(body(b"ok"))) as server, client_of(server, resolve=resolve) as client:
        assert client.request("GET", f"http://pms.example:{server.port}/").body == b"ok"
        assert f"host: pms.example:{server.port}\r\n".encode() in server.heads[0]
    assert asked == ["pms.example"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    with serving(says(body(b"ok"))) as inside:
        redirect = b"HTTP/1.1 %d Go\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n"
        refusal = refusal_of(redirect % (status, inside.url.encode()))
        assert isinstance(refusal, Misconfigured)
        assert refusal.code == "http_redirect"
        assert not inside.heads


def test_a_server_whose_authority_is_pinned_is_believed(tmp_path: Path) -> None:
    house = Authority()
    with (
        serving(says(body(b"ok")), house.context(tmp_path, "pms.example")) as server,
        client_of(server, ca_pem=house.pem, resolve=here) as client,
    ):
        assert client.request("GET", f"https://pms.example:{server.port}/").body == b"ok"


@pytest.mark.parametrize(
    ("host", "days", "pinned"),
    [
        ("pms.example", 30, None),
        ("other.example", 30, "house"),
        ("pms.example", -1, "house"),
        ("pms.example", 30, "stranger"),
    ],
    ids=["not public", "of another host", "expired", "of another authority"],
)
def test_a_certificate_that_proves_nothing_is_refused(
    host: str, days: int, pinned: str | None, tmp_path: Path
) -> None:
    authorities = {"house": Authority(), "stranger": Authority()}
    trusted = authorities[pinned].pem if pinned else None
    context = authorities["house"].context(tmp_path, host, days=days)
    with (
        serving(says(body(b"ok")), context) as server,
        client_of(server, ca_pem=trusted, resolve=here) as client,
    ):
        with pytest.raises(Misconfigured) as refusal:
            client.request("GET", f"https://pms.example:{server.port}/")
        assert refusal.value.code == "http_certificate"
        assert not server.heads


def test_a_self_signed_certificate_is_believed_only_when_pinned(tmp_path: Path) -> None:
    alone = Authority("pms.example")
    url = "https://pms.example:{}/"
    with serving(says(body(b"ok")), alone.self_signed(tmp_path)) as server:
        with client_of(server, resolve=here) as client, pytest.raises(Misconfigured) as refusal:
            client.request("GET", url.format(server.port))
        assert refusal.value.code == "http_certificate"
        with client_of(server, resolve=here, ca_pem=alone.pem) as client:
            assert client.request("GET", url.format(server.port)).body == b"ok"


def test_an_authority_that_is_no_certificate_is_refused_when_saved() -> None:
    with pytest.raises(Misconfigured) as refusal:
        Client(ca_pem="-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----")
    assert refusal.value.code == "http_authority"


def test_one_byte_at_a_time_is_cut_by_the_time_of_the_whole_request() -> None:
    def drip(server: Server, wire: socket.socket) -> None:
        wire.sendall(OK + b"Content-Length: 100\r\n\r\n")
        while not server.stopping.wait(0.02):
            wire.sendall(b"x")

    refusal = refusal_of(drip, timeout=0.3)
    assert isinstance(refusal, Temporary)
    assert refusal.code == "http_timeout"


def test_a_server_that_never_says_a_word_is_cut_too() -> None:
    refusal = refusal_of(lambda server, _wire: server.stopping.wait() and None, timeout=0.2)
    assert refusal.code == "http_timeout"


@pytest.mark.parametrize("line", [b"X-More: 0123456789\r\n", b"HTTP/1.1 103 Wait\r\n\r\n"])
def test_endless_headers_are_cut(line: bytes) -> None:
    def endless(server: Server, wire: socket.socket) -> None:
        wire.sendall(OK if line.startswith(b"X") else b"")
        while not server.stopping.is_set():
            wire.sendall(line * 100)

    assert refusal_of(endless, timeout=20.0).code in ("http_too_large", "http_broken")


def test_an_endless_body_is_cut() -> None:
    def endless(server: Server, wire: socket.socket) -> None:
        wire.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n")
        while not server.stopping.is_set():
            wire.sendall(b"1000\r\n" + bytes(0x1000) + b"\r\n")

    refusal = refusal_of(endless, limits=Limits(body_bytes=1 << 20))
    assert isinstance(refusal, Refused)
    assert refusal.code == "http_too_large"


def test_a_gzip_bomb_is_stopped_at_the_limit() -> None:
    pack = zlib.compressobj(9, wbits=31)
    bomb = b"".join(pack.compress(bytes(1 << 20)) for _ in range(64)) + pack.flush()
    whole = body(bomb, b"Content-Encoding: gzip")
    refusal = refusal_of(whole, limits=Limits(body_bytes=1 << 20))
    assert refusal.code == "http_too_large"


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"Content-Length: 10\r\n\r\nhalf",
        body(gzip.compress(b"whole")[:-4], b"Content-Encoding: gzip"),
        body(gzip.compress(b"one") + gzip.compress(b"two"), b"Content-Encoding: gzip"),
        body(b"no gzip at all", b"Content-Encoding: gzip"),
        b"SSH-2.0-OpenSSH\r\n\r\n",
    ],
    ids=["short", "cut gzip", "second member", "no gzip", "no http"],
)
def test_half_an_answer_is_none(answer: bytes) -> None:
    def hang_up(_server: Server, wire: socket.socket) -> None:
        wire.sendall(answer)
        wire.shutdown(socket.SHUT_WR)

    refusal = refusal_of(hang_up)
    assert isinstance(refusal, Temporary)
    assert refusal.code == "http_broken"


def test_nothing_secret_is_in_an_error_or_a_repr() -> None:
    whole = body(SECRET.encode(), b"Set-Cookie: " + SECRET.encode())
    with serving(says(whole)) as server, client_of(server) as client:
        answer = client.request("GET", server.url + SECRET, headers={"Authorization": SECRET})
        assert SECRET not in repr(answer) + repr(client) + repr(vars(client))
        with pytest.raises(Misconfigured) as refusal:
            client.request("GET", server.url, headers={"Authorization": f"{SECRET}\n"})
    assert SECRET not in str(refusal.value) + repr(refusal.value.facts)
    assert refusal.value.__suppress_context__


def test_a_client_serves_several_threads() -> None:
    with serving(says(body(b"ok"))) as one, serving(says(body(b"ok"))) as two:
        allowed = frozenset({one.authority, two.authority})
        got: list[bytes] = []
        with Client(allow_private=allowed) as client:
            threads = [
                threading.Thread(target=lambda to=to: got.append(client.request("GET", to).body))
                for to in (one.url, two.url)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert got == [b"ok", b"ok"]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0), ("Mon, 04 May 2026 10:02:00 GMT", 120.0), ("Mon, 04 May 2026 09:00:00 GMT", 0.0),
        ("999999999", 86_400.0), ("soon", None), ("-3", None), ("", None),
    ],
)  # fmt: skip
def test_how_long_to_wait_is_read_in_both_forms(text: str, seconds: float | None) -> None:
    answer = Response(429, {"retry-after": text}, b"", 0.0)
    assert answer.retry_after(NOW) == seconds
    with pytest.raises(Temporary) as refusal:
        answer.usable(NOW)
    assert refusal.value.facts["retry_after"] == seconds


@pytest.mark.parametrize(
    ("status", "kind"), [(401, Misconfigured), (403, Misconfigured), (502, Temporary)]
)
def test_a_status_says_whether_to_wait_or_to_stop(status: int, kind: type[StaytrueError]) -> None:
    with pytest.raises(kind):
        Response(status, {}, b"", 0.0).usable(NOW)


def test_other_answers_are_for_the_connector_to_read() -> None:
    answer = Response(404, {}, b"", 0.0)
    assert answer.usable(NOW) is answer
