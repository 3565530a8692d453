"""A scan of what came on paper: a ballot, a written authority, a guardian's proof."""

from voting.box.refusals import UnreadableScan

MAX_BYTES = 4 * 1024 * 1024

_BEGINNINGS = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}


def kind_of(data: bytes) -> str:
    """Tell the media type of a scan by its first bytes.

    Raises
    ------
    UnreadableScan
    """
    if len(data) > MAX_BYTES:
        raise UnreadableScan(f"扫描件超过 {MAX_BYTES // 1024 // 1024} MB，请降低分辨率后重新扫描")
    for beginning, kind in _BEGINNINGS.items():
        if data.startswith(beginning):
            return kind
    raise UnreadableScan("扫描件须为 PDF、PNG 或 JPEG 文件，请重新扫描后上传")
