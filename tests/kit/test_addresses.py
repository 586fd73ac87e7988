"""Addresses that a connection may not use, in every spelling an attacker knows (attack test 36)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staytrue.kit.addresses import check_address
from staytrue.kit.errors import Misconfigured, Temporary

PUBLIC = "93.184.216.34"


def resolved(*addresses: str):
    """A resolver that knows one answer."""
    return lambda _host, _port: list(addresses)


def code_of(url: str, *addresses: str, allowed: frozenset[str] = frozenset()) -> str:
    """The code of the refusal."""
    with pytest.raises(Misconfigured) as refusal:
        check_address(url, allowed, resolve=resolved(*addresses))
    return refusal.value.code


def test_a_public_name_over_tls_is_taken() -> None:
    target = check_address("https://api.pms.example/v1?hotel=7", resolve=resolved(PUBLIC))
    assert (target.scheme, target.host, target.port) == ("https", "api.pms.example", 443)
    assert target.path == "/v1?hotel=7"
    assert target.name == "api.pms.example"


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.5", "172.16.9.9", "192.168.1.20",
        "100.64.0.1", "169.254.169.254", "169.254.170.2", "168.63.129.16", "100.100.100.200",
        "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.7", "198.18.0.1",
        "[::]", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:10.0.0.5]",
        "[::ffff:169.254.169.254]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::a00:5]",
        "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2002:a9fe:a9fe::1]", "[2001:0:7f00:1::]",
        "[fe80::1]", "[fec0::1]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[2001:db8::1]",
        "[100::1]", "[5f00::1]",
    ],
)  # fmt: skip
def test_an_address_of_no_public_machine_is_refused(host: str) -> None:
    assert code_of(f"https://{host}/") == "address_not_allowed"
    assert code_of("https://pms.example/", host.strip("[]")) == "address_not_allowed"


@pytest.mark.parametrize(
    "host",
    [
        "0x7f000001", "0x7F.0.0.1", "2130706433", "0177.0.0.1", "127.1", "127.0.1", "127.000.000.001",
        "①②⑦.0.0.1", "127。0。0。1", "127.0.0.1.", "localhost.", "pms.example.0x7f", "1.2.3.4.5",
        "[fe80::1%25eth0]", "[v1.fe80::1]", "[::ffff:0x7f.1]", "", "a..example", "-a.example",
        "pms_.example\\@169.254.169.254", "pms.example%2f", "a" * 64 + ".example",
    ],
)  # fmt: skip
def test_an_odd_spelling_is_refused_before_anybody_is_asked(host: str) -> None:
    assert code_of(f"https://{host}/", PUBLIC) == "address_wrong"


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "gopher://pms.example/", "ftp://pms.example/", "data:,x", "pms.example",
        "//pms.example/", "https:pms.example", "https://user:word@pms.example/",
        "https://token@pms.example/", "https://@pms.example/", "https://pms.example:22/",
        "https://pms.example:25/", "https://pms.example:5432/", "https://pms.example:0/",
        "https://pms.example:99999/", "https://pms.example:x/", "https://pms.example/a b",
        "https://pms.example/\r\nHost: x", " https://pms.example/", "https://pms.example\t/",
        "https://pms.exämple/", "http://pms.example/",
    ],
)  # fmt: skip
def test_other_ways_ports_and_credentials_in_the_address_are_refused(url: str) -> None:
    assert code_of(url, PUBLIC) == "address_wrong"


def test_one_private_address_among_public_ones_refuses_the_name() -> None:
    assert code_of("https://pms.example/", PUBLIC, "10.0.0.5") == "address_not_allowed"


def test_an_administrator_allows_one_machine_of_the_house_on_one_port() -> None:
    allowed = frozenset({"pms.hotel.lan:8123", "[fd12::5]:8443"})
    target = check_address("http://PMS.hotel.lan:8123/", allowed, resolve=resolved("192.168.1.20"))
    assert target.authority == "pms.hotel.lan:8123"
    assert check_address("https://[fd12:0::5]:8443/", allowed).authority == "[fd12::5]:8443"
    assert (
        code_of("https://pms.hotel.lan/", "192.168.1.20", allowed=allowed) == "address_not_allowed"
    )
    assert (
        code_of("https://other.lan:8123/", "192.168.1.20", allowed=allowed) == "address_not_allowed"
    )


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "fe80::1", "fd00:ec2::254", "0.0.0.0", "ff02::1"]
)
def test_no_administrator_opens_the_machine_room_of_a_cloud(address: str) -> None:
    allowed = frozenset({"pms.hotel.lan:8123"})
    assert code_of("http://pms.hotel.lan:8123/", address, allowed=allowed) == "address_not_allowed"


def test_no_administrator_opens_a_mail_or_shell_port() -> None:
    assert (
        code_of("http://pms.hotel.lan:22/", allowed=frozenset({"pms.hotel.lan:22"}))
        == "address_wrong"
    )


def test_a_connection_may_name_a_port_of_its_own() -> None:
    target = check_address(
        "https://pms.example:4443/", ports=frozenset({4443}), resolve=resolved(PUBLIC)
    )
    assert target.port == 4443


def test_a_name_without_an_address_may_have_one_later() -> None:
    with pytest.raises(Temporary) as refusal:
        check_address("https://pms.example/", resolve=resolved())
    assert refusal.value.code == "name_unknown"


def test_the_path_with_its_token_is_not_in_the_repr() -> None:
    target = check_address(
        "https://pms.example/hook/canary-1?key=canary-2", resolve=resolved(PUBLIC)
    )
    assert "canary" not in repr(target)


@given(st.ip_addresses(v=4))
def test_what_is_wrapped_is_judged_like_the_address_itself(address) -> None:
    wrapped = (f"::ffff:{address}", f"64:ff9b::{address}", f"2002:{int(address) >> 16:x}:{int(address) & 0xFFFF:x}::1")  # fmt: skip

    def is_taken(text: str) -> bool:
        try:
            check_address("https://pms.example/", resolve=resolved(text))
        except Misconfigured:
            return False
        return True

    assert {is_taken(text) for text in wrapped} == {is_taken(str(address))}
