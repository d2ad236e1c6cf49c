"""Finds, builds and fetches programs; what is fetched stays in the cargo target folder."""
import os
import pathlib
import shutil
import subprocess
import sys

from .peer import Missing

HERE = pathlib.Path(__file__).resolve().parents[1]
ROOT = HERE.parents[1]
SYSTEM = ["/usr/local/sbin", "/usr/sbin", "/sbin"]


class Setup:
    """Everything is looked for once; `install` allows fetching."""

    def __init__(self, options, tools=True):
        """Without `tools` nothing of the bench's own package is built."""
        self.install = options.install
        self.programs = HERE / "programs"
        self._knownet = options.knownet
        self._target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or HERE / "target").resolve()
        self._fetched = self._target / "peers"
        if not tools:
            return
        try:
            self._cargo(HERE)
        except Missing as reason:
            sys.exit(f"cannot build the bench's own tools: {reason}")

    def tool(self, name):
        """A program of this bench's own package."""
        return self._target / "release" / name

    def knownet(self):
        """The knownet binary."""
        places = [self._target / "release/knownet", ROOT / "target/release/knownet"]
        places = [pathlib.Path(self._knownet)] if self._knownet else places
        for place in places:
            if place.is_file():
                return place.resolve()
        raise Missing(f"no {' or '.join(map(str, places))}; build it with cargo build --release, or give --knownet PATH")

    def on_path(self, name):
        """A program of this machine."""
        found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *SYSTEM]))
        if not found:
            raise Missing(f"{name} is not on the PATH")
        return found

    def debian(self, package, name):
        """(how to start a program, the folder that stands for /): the machine's own or a fetched one.

        Fetched packages are unpacked, not installed: no service starts, no root is needed, and
        packages that exclude each other can stand side by side.
        """
        try:
            return [self.on_path(name)], pathlib.Path("/")
        except Missing as reason:
            folder = self._fetched / package
            if not folder.is_dir() and not self.install:
                raise Missing(f"{reason}; --install fetches it") from None
        if not folder.is_dir():
            self._unpack([package], folder)
        found = [path for path in folder.glob(f"usr/*bin/{name}")]
        if not found:
            raise Missing(f"the package {package} has no {name}")
        return [*libraries(folder), found[0]], folder

    def together(self, packages, name):
        """(how to start a program, the folders that stand for /) of packages that load each other.

        What the machine has installed of them is used from there, the rest is fetched.
        """
        folder = self._fetched / "+".join(packages)
        if not folder.is_dir():
            if not self.install:
                raise Missing(f"{' and '.join(packages)} were not fetched; --install fetches them")
            self._unpack(packages, folder)
        found = next(folder.glob(f"usr/*bin/{name}"), None) or self.on_path(name)
        return [*libraries(folder), found], [folder, pathlib.Path("/")]

    def python(self, *modules):
        """A Python interpreter that has the modules."""
        own = self._fetched / "python/bin/python"
        for interpreter in (own, sys.executable):
            if pathlib.Path(interpreter).is_file() and self._has(interpreter, modules):
                return interpreter
        if not self.install:
            raise Missing(f"no Python with {' and '.join(modules)}; --install fetches them")
        run([sys.executable, "-m", "venv", own.parents[1]])
        run([own, "-m", "pip", "install", "--quiet", *modules])
        return own

    def crate(self, folder, name):
        """A program of a package beside this one, built when asked for."""
        program = self.tool(name)
        if not program.is_file() and not self.install:
            raise Missing("not built; --install builds it (some minutes)")
        self._cargo(HERE / folder)
        return program

    def go(self, folder, name):
        """A program in Go, built when asked for."""
        program = self._fetched / name
        if not program.is_file():
            if not self.install:
                raise Missing("not built; --install builds it")
            run([self.on_path("go"), "build", "-o", program, "."], cwd=folder)
        return program

    def _cargo(self, folder):
        run(["cargo", "build", "--quiet", "--release", "--target-dir", self._target], cwd=folder)

    def _has(self, interpreter, modules):
        imports = [interpreter, "-c", f"import {', '.join(modules)}"]
        return subprocess.run(imports, capture_output=True).returncode == 0

    def _unpack(self, packages, folder):
        for needed in ("apt-get", "dpkg"):
            self.on_path(needed)
        plan = ["apt-get", "install", "--simulate", "--no-install-recommends", *packages]
        try:
            planned = run(plan)
        except Missing:
            run(["apt-get", "update", "--quiet"])
            planned = run(plan)
        names = [line.split()[1] for line in planned.splitlines() if line.startswith("Inst ")]
        archives = folder.with_suffix(".archives")
        archives.mkdir(parents=True, exist_ok=True)
        if names:
            run(["apt-get", "download", "--quiet", *names], cwd=archives)
        folder.mkdir(exist_ok=True)
        for archive in sorted(archives.glob("*.deb")):
            run(["dpkg", "-x", archive, folder])


def libraries(folder):
    """What a program that was unpacked there is started behind."""
    places = sorted({str(path.parent) for path in folder.rglob("*.so.*")})
    return ["env", f"LD_LIBRARY_PATH={':'.join(places)}"]


def run(argv, cwd=None):
    """Standard output of a command; raises Missing with its last words if it fails."""
    try:
        ended = subprocess.run([str(word) for word in argv], cwd=cwd, capture_output=True, text=True)
    except OSError as error:
        raise Missing(f"{argv[0]}: {error.strerror}") from None
    if ended.returncode != 0:
        words = (ended.stderr.strip() or ended.stdout.strip() or "no words").splitlines()[-1]
        raise Missing(f"{' '.join(map(str, argv[:3]))} failed: {words}")
    return ended.stdout


def version(argv, word=1):
    """The given word of what a program says of its version, or nothing."""
    try:
        return run(argv).split()[word].strip(",")
    except (Missing, IndexError):
        return ""
