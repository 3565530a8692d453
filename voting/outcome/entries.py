"""What the logs say about an outcome."""

from datetime import datetime

from voting.kernel import canonical
from voting.kernel.clock import timestamp


def result_entry(result_digest: str, at: datetime) -> bytes:
    """Pin the result in the assembly's own log."""
    return canonical.encode({"at": timestamp(at), "result": result_digest, "type": "result"})


def certificate_entry(assembly_id: str, result_digest: str, pdf_digest: str, at: datetime) -> bytes:
    """Pin certificate and result in the register."""
    return canonical.encode(
        {
            "assembly": assembly_id,
            "at": timestamp(at),
            "certificate": pdf_digest,
            "result": result_digest,
            "type": "certificate",
        }
    )
