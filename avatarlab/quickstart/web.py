"""The web server's command line, its port, and whether it answers."""

import errno
import http.client
import ipaddress
import socket
import sys


class PortError(RuntimeError):
    """The port cannot be used; the message says why and what to do."""


def command(host: str, port: int) -> tuple[str, ...]:
    """Daphne, which serves pages and websockets from one process."""
    return (
        *(sys.executable, "-m", "daphne", "--bind", host, "--port", str(port)),
        *("--verbosity", "0", "--no-server-name", "avatarlab.asgi:application"),
    )


def check_port(host: str, port: int) -> None:
    """Raises PortError when nobody could listen there."""
    if not 0 < port < 65536:
        raise PortError(f"There is no port {port}: say a number from 1 to 65535.")
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            # As Daphne does: a port whose last connections are only fading away can be used.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror as error:
        raise PortError(f"{host} is not an address of this machine: {error.strerror}.") from error
    except OSError as error:
        other = (
            f"Choose another one: PORT={_other(port)} make run, or manage.py quickstart --port {_other(port)}"
        )
        if error.errno == errno.EADDRINUSE:
            raise PortError(f"Port {port} is used by another program. {other}") from error
        if error.errno == errno.EACCES:
            raise PortError(f"Port {port} may only be used by root. {other}") from error
        raise PortError(f"Cannot listen on {host}, port {port}: {error.strerror}.") from error


def answers(host: str, port: int) -> bool:
    """Whether the server there serves its health page."""
    connection = http.client.HTTPConnection(reachable(host), port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def address(host: str, port: int) -> str:
    """What to open in a browser on this machine."""
    name = reachable(host)
    return f"http://[{name}]:{port}/" if ":" in name else f"http://{name}:{port}/"


def reachable(host: str) -> str:
    """The address to connect to: a server bound to every address is reached on the loopback."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound


def is_local(host: str) -> bool:
    """Whether only this machine can connect."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _other(port: int) -> int:
    return port + 1 if 1024 <= port < 65535 else 8000
