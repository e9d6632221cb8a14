"""Name the pure files, by the import contract that keeps them pure, to those who ask more of them."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def pure_files() -> list[str]:
    """Every file that the contract `pure` in pyproject.toml holds to, relative to the repository."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = (one for one in settings["tool"]["importlinter"]["contracts"] if one["id"] == "pure")
    excused = {line.split(" -> ")[0] for line in contract["ignore_imports"]}
    modules = {module for source in contract["source_modules"] for module in _modules(source)} - excused
    return sorted(module.replace(".", "/") + ".py" for module in modules)


def _modules(source: str) -> list[str]:
    folder, _, star = source.rpartition(".")
    found = ROOT.joinpath(*folder.split(".")).glob("**/*.py" if star == "**" else "*.py")
    files = (path.relative_to(ROOT).with_suffix("") for path in found if path.name != "__init__.py")
    return [".".join(path.parts) for path in files]


if __name__ == "__main__":
    print(",".join(pure_files()))
