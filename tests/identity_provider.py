"""An identity provider on loopback: another project's server, on authlib's own."""

import subprocess
import sys
from contextlib import contextmanager

from tests.servers import await_port, free_port


@contextmanager
def provider():
    """Run the server as a process of its own; its issuer."""
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            await_port(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
