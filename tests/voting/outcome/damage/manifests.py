"""Manifests that are none: no bundle can be read that has such a one, or its logs are others."""

ODD = (None, 1, [], {}, "x")


def manifests():
    """Changes to a manifest, one of which each is false."""
    yield from (
        lambda m: m.update(remark="-"),
        lambda m: m["log"].update(remark="-"),
        lambda m: m["register"].update(remark="-"),
        lambda m: m.update(format="yezhu-bundle/9"),
        lambda m: m.update(level="secret"),
        lambda m: m["log"].update(vkey=m["log"]["vkey"][:-4]),
        lambda m: m["log"].update(vkey=m["register"]["vkey"]),
        lambda m: m["register"].update(vkey=m["log"]["vkey"]),
    )
    for name in ("assembly", "files", "format", "level", "log", "register"):
        yield lambda m, name=name: m.pop(name)
        for odd in ODD:
            yield lambda m, name=name, odd=odd: m.update({name: odd})
    for log in ("log", "register"):
        for name in ("origin", "vkey"):
            yield lambda m, log=log, name=name: m[log].pop(name)
            for odd in ODD:
                yield lambda m, log=log, name=name, odd=odd: m[log].update({name: odd})
