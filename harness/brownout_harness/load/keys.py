"""The token that lets a worker join: who has it can speak to this master, is sure to speak to this one, and no one on
the way reads along.

Locust's protocol knows neither a password nor a cipher. ZeroMQ, which carries it, does (CURVE): a client must know the
server's public key to be heard at all. That key is the token, made anew for each run and told to nobody else. Known by
the harness, which does not import Locust, and ZeroMQ only where it makes a key.
"""

from typing import Any, Final

VARIABLE: Final = "BROWNOUT_LOAD_TOKEN"
"""The environment variable with a worker's token, or the master's own secret: a command line is everybody's to read."""
LENGTH: Final = 32


def new_keys() -> tuple[str, str]:
    """The master's secret, and the token of those who join; both in hexadecimal."""
    import zmq
    from zmq.utils import z85

    public, secret = zmq.curve_keypair()
    return z85.decode(secret).hex(), z85.decode(public).hex()


def is_token(text: str) -> bool:
    """Whether it has the form of one."""
    try:
        return len(bytes.fromhex(text)) == LENGTH
    except ValueError:
        return False


def serve(socket: Any, secret: str) -> None:
    """Let the socket, not bound yet, hear those alone who show the token."""
    from zmq.utils import z85

    socket.curve_server = True
    socket.curve_secretkey = z85.encode(bytes.fromhex(secret))


def join(socket: Any, token: str) -> None:
    """Let the socket, not connected yet, show the token."""
    import zmq
    from zmq.utils import z85

    socket.curve_serverkey = z85.encode(bytes.fromhex(token))
    socket.curve_publickey, socket.curve_secretkey = zmq.curve_keypair()
