"""What the declared paths of the logs stand for, so that a search can ask every address."""

import re

_WIDTH = 256
"""Entries in one full tile."""


def of_log(path, log, size):
    """Every address of a path for one log: all its entry files, one proof of each kind."""
    queries = {
        "inclusion": f"?index=0&size={size}",
        "consistency": f"?old=1&new={size}",
        "proof": "?index=0",
    }
    tiles = [f"entries/{number:03d}" for number in range(size // _WIDTH)]
    if size % _WIDTH:
        tiles.append(f"entries/{size // _WIDTH:03d}.p/{size % _WIDTH}")
    query = queries.get(path.rpartition("/")[2], "")
    if query and not size:
        return  # there is nothing in an empty log to prove
    for tile in tiles if "{tile" in path else [""]:
        yield re.sub(r"{tile(:path)?}", tile, re.sub(r"{log(:path)?}", log, path)) + query
