"""The event socket of Mews: ids of what changed, at once and never again after a broken line."""

from __future__ import annotations

from collections.abc import Mapping

from staytrue.connectors.base import Call, Heard, Settings
from staytrue.kit.errors import Misconfigured

PATH = "/ws/connector"


class EventSocket:
    """One house's socket. It asks for nothing and is answered nothing."""

    protocol: str | None = None
    ping: str | None = None

    def __init__(self, settings: Settings) -> None:
        values = settings.values
        self.address = str(values["socket_url"]).rstrip("/") + PATH
        # Mews reads the tokens from cookies, and allows no blank around the sign between.
        tokens = {"ClientToken": "client_token", "AccessToken": "access_token"}
        said = [f"{name}={values.get(setting, '')}" for name, setting in tokens.items()]
        self.headers: Mapping[str, str] = {"Cookie": "; ".join(said)}

    def greeting(self) -> tuple[str, ...]:
        """Nothing: the cookies have said it."""
        return ()

    def received(self, message: str | bytes) -> Heard:
        """Every message is a call; what it asks for is read when it is kept."""
        body = message.encode() if isinstance(message, str) else message
        return Heard(calls=(Call(body),))

    def closed(self, code: int) -> None:
        """Only a refusal of the tokens means something: the line is opened again otherwise."""
        if code in (1008, 4401, 4403):
            raise Misconfigured(
                "Mews does not accept the tokens on its event socket. Enter them again.",
                "http_credentials",
            )
