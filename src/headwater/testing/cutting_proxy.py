"""A TCP proxy that breaks connections, for tests of what goes on afterwards."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class CuttingProxy:
    """Passes bytes on between clients and one server, and cuts a connection that has carried enough.

    `cut_after` is how many bytes a connection may carry in one direction; 0 never cuts. `cuts` says how often it did.
    """

    def __init__(self, listener: socket.socket, target: tuple[str, int]) -> None:
        self._listener = listener
        self._target = target
        self.cut_after = 0
        self.cuts = 0
        self.carried = 0

    @property
    def url(self) -> str:
        """Return the address to use in place of the server's."""
        host, port = self._listener.getsockname()[:2]
        return f"http://{host}:{port}"

    def accept(self) -> None:
        """Serve until the listener is closed."""
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._target)
                for source, target in ((client, server), (server, client)):
                    threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        carried = 0
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
                carried += len(data)
                self.carried += len(data)
                if self.cut_after and carried >= self.cut_after:
                    self.cuts += 1
                    break
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@contextmanager
def cutting_proxy(url: str) -> Iterator[CuttingProxy]:
    """Run a proxy before the server at `url`."""
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = CuttingProxy(listener, (host, int(port)))
        thread = threading.Thread(target=proxy.accept, daemon=True)
        thread.start()
        yield proxy
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)
