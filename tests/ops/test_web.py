import socket

import pytest

from avatarlab.quickstart import web


def test_a_busy_port_is_named_with_the_remedy():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(web.PortError) as refused:
            web.check_port("127.0.0.1", port)
    assert f"Port {port} is used by another program" in str(refused.value)
    assert f"--port {port + 1}" in str(refused.value)


def test_a_free_port_is_accepted():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    web.check_port("127.0.0.1", port)


@pytest.mark.parametrize("port", [70000, -1])
def test_a_port_that_cannot_be_is_refused(port):
    with pytest.raises(web.PortError, match="1 to 65535"):
        web.check_port("127.0.0.1", port)


def test_a_server_on_every_address_is_opened_on_the_loopback():
    assert web.address("0.0.0.0", 8000) == "http://127.0.0.1:8000/"
