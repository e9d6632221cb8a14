"""Prove on the built wheel, installed alone, that our code and a user's never take each other's place."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from shutil import copy2, copytree

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
WINDOWS = os.name == "nt"

BARE = ("mcp-promptlearn",)
PLAIN_MODULE = ("python", "-m", "mcp_promptlearn")
CLIENTS = ("python", "-E", "-P", "-m", "mcp_promptlearn")
"""How `setup` writes our command into a client's configuration."""

OUR_NAMES = ("store", "mcp_server", "mcp_promptlearn_app")
NAMES_WE_IMPORT = ("json", "mcp", "openai", "pydantic", "sqlite3", "sqlite_utils")
NAMES_OF_PYTHON = ("argparse", "json", "sitecustomize", "sqlite3", "usercustomize")


@dataclass(frozen=True)
class Place:
    """A virtual environment in which the wheel may be installed beside others."""

    folder: Path

    @property
    def packages(self) -> Path:
        """Where `import` finds what is installed here."""
        base = str(self.folder)
        return Path(sysconfig.get_path("purelib", "venv", {"base": base, "platbase": base}))

    def run(
        self, command: tuple[str, ...], *args: str, cwd: Path, also: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run an installed program as a person in `cwd` would, with nothing else of our environment."""
        program = self.folder / ("Scripts" if WINDOWS else "bin") / command[0]
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TEMP") if name in os.environ}
        home = str(self.folder / "home")
        return subprocess.run(
            [str(program), *command[1:], *args],
            cwd=cwd,
            env={**kept, "HOME": home, "USERPROFILE": home, "PROMPTLEARN_HOME": home, **(also or {})},
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    def install(self, *wheels: Path) -> None:
        """Install wheels, and nothing that they require, without a network."""
        self._pip("install", "--no-index", "--no-deps", "--no-compile", *map(str, wheels))

    def remove(self, *names: str) -> None:
        """Uninstall distributions by name."""
        self._pip("uninstall", "--yes", *names)

    def _pip(self, *args: str) -> None:
        pip = [sys.executable, "-m", "pip", "--isolated", "--python", str(self.folder), "--no-input"]
        done = subprocess.run([*pip, *args], capture_output=True, encoding="utf-8", timeout=120, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our wheel, built from this tree."""
    target = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(target)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = target.iterdir()
    return built


@pytest.fixture(scope="session")
def required(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the wheel says it requires, and nothing that only developers have."""
    folder = tmp_path_factory.mktemp("required")
    for distribution in _closure(wheel):
        for top in {file.parts[0] for file in distribution.files or ()} - {"..", "__pycache__"}:
            original, copy = Path(str(distribution.locate_file(top))), folder / top
            if copy.exists():
                continue
            if not WINDOWS:
                copy.symlink_to(original)
            elif original.is_dir():
                copytree(original, copy)
            else:
                copy2(original, copy)
    return folder


@pytest.fixture(scope="session")
def alone(wheel: Path, required: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The wheel with its requirements in an environment of their own."""
    place = _place(tmp_path_factory.mktemp("alone"), required=required)
    place.install(wheel)
    return place


@pytest.fixture
def without(required: Path, tmp_path: Path) -> Place:
    """An environment with the requirements, but not yet the wheel."""
    return _place(tmp_path / "venv", required=required)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A person's project, and the working folder of a run."""
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


def test_the_wheel_holds_the_launcher_the_private_folder_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    info = f"mcp_promptlearn-{_told(wheel).version}.dist-info"

    assert {name.split("/")[0] for name in names} == {"mcp_promptlearn.py", "mcp_promptlearn_app", info}
    assert {name.split("/")[1] for name in names if name.startswith("mcp_promptlearn_app")} == {
        "mcp_server",
        "store",
    }
    assert f"{info}/licenses/LICENSE" in names
    assert not [name for name in names if "tests" in name.split("/") or name.endswith((".pyc", ".toml", ".md"))]


def test_every_source_file_is_in_the_wheel(wheel: Path) -> None:
    kinds = [f"{top}/**/*.{kind}" for top in ("store", "mcp_server") for kind in ("py", "js")]
    sources = {path.relative_to(ROOT).as_posix() for kind in kinds for path in ROOT.glob(kind)}
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.endswith((".py", ".js"))}
    assert packed == {"mcp_promptlearn.py"} | {f"mcp_promptlearn_app/{source}" for source in sources}


def test_every_module_can_be_imported_with_only_what_the_wheel_requires(alone: Place, project: Path) -> None:
    private = alone.packages / "mcp_promptlearn_app"
    modules = sorted(
        ".".join(path.relative_to(private).with_suffix("").parts).removesuffix(".__init__")
        for path in private.glob("**/*.py")
        if path.stem != "__main__"
    )
    code = "import sys; sys.path.insert(0, sys.argv[1]); [__import__(name) for name in sys.argv[2:]]"
    done = alone.run(("python", "-E", "-P", "-W", "error", "-c", code), str(private), *modules, cwd=project)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_installed_program_tells_the_version_of_the_wheel(alone: Place, wheel: Path, project: Path) -> None:
    done = alone.run(BARE, "--version", cwd=project)
    assert (done.returncode, done.stdout.split()[-1]) == (0, _told(wheel).version), done.stderr


@pytest.mark.parametrize("command", [BARE, PLAIN_MODULE, CLIENTS], ids=" ".join)
def test_a_project_with_our_folder_names_is_not_run(alone: Place, project: Path, command: tuple[str, ...]) -> None:
    canary = _plant(project, packages=OUR_NAMES)
    _assert_ours(alone.run(command, "rules", "--json", cwd=project), canary)


@pytest.mark.parametrize("command", [BARE, PLAIN_MODULE, CLIENTS], ids=" ".join)
@pytest.mark.parametrize("path", [".", "../project", "", f"nowhere{os.pathsep}."], ids=repr)
def test_a_project_on_pythonpath_with_our_folder_names_is_not_run(
    alone: Place, project: Path, command: tuple[str, ...], path: str
) -> None:
    canary = _plant(project, packages=OUR_NAMES)
    _assert_ours(alone.run(command, "rules", "--json", cwd=project, also={"PYTHONPATH": path}), canary)


def test_after_the_launcher_even_a_project_on_pythonpath_comes_behind_what_we_import(
    alone: Place, project: Path
) -> None:
    canary = _plant(project, packages=NAMES_WE_IMPORT)
    code = (
        "import contextlib, sys, mcp_promptlearn\n"
        "sys.argv[1:] = ['--version']\n"
        "with contextlib.suppress(SystemExit): mcp_promptlearn.main()\n"
        f"import {', '.join(NAMES_WE_IMPORT)}\n"
    )
    done = alone.run(("python", "-c", code), cwd=project, also={"PYTHONPATH": "."})
    assert (done.returncode, canary.exists()) == (0, False), done.stderr


@pytest.mark.parametrize("command", [BARE, CLIENTS], ids=" ".join)
def test_a_project_with_names_of_the_standard_library_is_not_run(
    alone: Place, project: Path, command: tuple[str, ...]
) -> None:
    canary = _plant(project, modules=NAMES_OF_PYTHON)
    _assert_ours(alone.run(command, "rules", "--json", cwd=project), canary)


def test_the_command_of_clients_runs_nothing_of_a_project_on_pythonpath(alone: Place, project: Path) -> None:
    # With PYTHONPATH=. Python itself imports `sitecustomize` from there before our first line runs, and
    # a bare console script would take its own `re` and `mcp_promptlearn` from there too. No launcher can
    # help that; it is why clients get the absolute interpreter with `-E -P -m`.
    canary = _plant(
        project, packages=OUR_NAMES + NAMES_WE_IMPORT[1:], modules=(*NAMES_OF_PYTHON, "re", "mcp_promptlearn")
    )
    _assert_ours(alone.run(CLIENTS, "rules", "--json", cwd=project, also={"PYTHONPATH": "."}), canary)


@pytest.mark.skipif(WINDOWS, reason="Windows keeps a folder that a process works in")
@pytest.mark.parametrize("command", [BARE, CLIENTS], ids=" ".join)
def test_the_program_starts_in_a_working_folder_that_was_deleted(
    alone: Place, project: Path, command: tuple[str, ...]
) -> None:
    program = str(alone.folder / "bin" / command[0])
    code = "import os, sys; os.rmdir(os.getcwd()); os.execv(sys.argv[1], sys.argv[1:])"
    done = alone.run(("python", "-c", code), program, *command[1:], "--version", cwd=project)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("ours_first", [True, False], ids=["ours first", "theirs first"])
def test_distributions_with_our_folder_names_neither_break_us_nor_are_broken(
    wheel: Path, without: Place, project: Path, tmp_path: Path, ours_first: bool
) -> None:
    canary = tmp_path / "canary"
    theirs = [_foreign_wheel(tmp_path, name, canary=canary) for name in ("store", "mcp_server")]
    for wheels in [[wheel], theirs] if ours_first else [theirs, [wheel]]:
        without.install(*wheels)

    _assert_ours(without.run(BARE, "rules", "--json", cwd=project), canary)
    _assert_ours(without.run(CLIENTS, "rules", "--json", cwd=project), canary)
    without.remove("store", "mcp_server")
    _assert_ours(without.run(BARE, "rules", "--json", cwd=project), canary)


def test_removing_us_leaves_their_distributions_whole_and_nothing_of_ours(
    wheel: Path, without: Place, project: Path, tmp_path: Path
) -> None:
    canary = tmp_path / "canary"
    without.install(_foreign_wheel(tmp_path, "store", canary=canary))
    before = _files(without.packages)
    without.install(wheel)
    without.remove("mcp-promptlearn")

    assert _files(without.packages) == before
    assert without.run(("python", "-P", "-c", "import store"), cwd=project).returncode == 0
    assert canary.read_text(encoding="utf-8") == "store "


@pytest.mark.parametrize("name", ["store", "mcp_server"])
def test_a_users_own_folder_without_init_stays_importable_beside_us(alone: Place, project: Path, name: str) -> None:
    (project / name).mkdir()
    (project / name / "theirs.py").write_text("print('theirs')\n", encoding="utf-8")
    done = alone.run(("python", "-c", f"import {name}.theirs"), cwd=project)
    assert (done.returncode, done.stdout) == (0, "theirs\n"), done.stderr


def _assert_ours(done: subprocess.CompletedProcess[str], canary: Path) -> None:
    foreign = canary.read_text(encoding="utf-8") if canary.exists() else ""
    assert (done.returncode, foreign) == (0, ""), done.stderr
    json.loads(done.stdout)


def _files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def _plant(project: Path, *, packages: Iterable[str] = (), modules: Iterable[str] = ()) -> Path:
    """Put hostile packages and modules into a project, and return the file that they write when run."""
    canary = project.parent / "canary"
    for name in packages:
        (project / name).mkdir()
        (project / name / "__init__.py").write_text(_hostile(canary), encoding="utf-8")
    for name in modules:
        (project / f"{name}.py").write_text(_hostile(canary), encoding="utf-8")
    return canary


def _hostile(canary: Path) -> str:
    return f"with open({str(canary)!r}, 'a', encoding='utf-8') as file:\n    file.write(__name__ + ' ')\n"


def _foreign_wheel(folder: Path, name: str, *, canary: Path) -> Path:
    """A distribution of another author that installs a package of that name."""
    path, info = folder / f"{name}-1-py3-none-any.whl", f"{name}-1.dist-info"
    files = {
        f"{name}/__init__.py": _hostile(canary),
        f"{name}/cli.py": _hostile(canary),
        f"{name}/text.py": _hostile(canary),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{file},,\n" for file in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in {**files, f"{info}/RECORD": record}.items():
            archive.writestr(file, text)
    return path


def _place(folder: Path, *, required: Path) -> Place:
    venv.create(folder, with_pip=False, symlinks=not WINDOWS)
    place = Place(folder)
    (place.packages / "required.pth").write_text(f"{required}\n", encoding="utf-8")
    return place


def _told(wheel: Path) -> metadata.Distribution:
    """What the wheel says of itself."""
    (info,) = (entry for entry in zipfile.Path(wheel).iterdir() if entry.name.endswith(".dist-info"))
    return metadata.PathDistribution(info)


def _closure(wheel: Path) -> list[metadata.Distribution]:
    """What the wheel requires, and what that requires, as this environment has it."""
    found: dict[str, metadata.Distribution] = {}
    waiting = [(_told(wheel), "")]
    while waiting:
        distribution, extra = waiting.pop()
        for line in distribution.requires or ():
            requirement = Requirement(line)
            if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
                continue
            for wanted in {"", *requirement.extras}:
                if (key := f"{requirement.name}[{wanted}]") not in found:
                    found[key] = metadata.distribution(requirement.name)
                    waiting.append((found[key], wanted))
    return list(found.values())
