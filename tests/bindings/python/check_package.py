# SPDX-License-Identifier: LGPL-2.1-or-later
"""The package as a package: typed for mypy --strict, readable by Python 3.9, wheel and source archive built offline and used.

What a tool is missing for is said and skipped; the exit status is 77 when anything was.
"""

import ast
import importlib.util
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

SOURCE = pathlib.Path(os.environ["IVRS_SOURCE"])
PACKAGE = SOURCE / "bindings" / "python" / "ivrs"
HERE = pathlib.Path(__file__).resolve().parent
USE = """
import ivrs, scene
sim = ivrs.simulate(scene.table(), scene.host(), kernel="6.12", relax="none")
assert sim.group(2).reason == ivrs.Reason.REQUIRE_DIRECT
print(ivrs.__file__)
"""
WRONG = """
import ivrs
ivrs.simulate(3)
ivrs.Table("IVRS")
ivrs.Topology().add("00:01.0", group="x")
x: int = ivrs.simulate(None).state.name
"""
skipped = []


def skip(what):
    print(f"SKIP: {what}")
    skipped.append(what)


def run(*command, **keywords):
    print("+", *command)
    return subprocess.run([str(word) for word in command], check=True, **keywords)


def clean_environment(**more):
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    return {**kept, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore", "CFLAGS": "-O0", **more}


def check_syntax():
    for path in [*PACKAGE.glob("*.py"), *PACKAGE.glob("*.pyi"), PACKAGE.parent / "setup.py"]:
        ast.parse(path.read_text(encoding="utf-8"), path.name, feature_version=(3, 9))


def check_stub():
    """The stub says what the module has, and nothing else; the layer above uses no more than that."""
    from ivrs import _ivrs

    stub = ast.parse((PACKAGE / "_ivrs.pyi").read_text(encoding="utf-8"))
    functions = {node.name: node for node in stub.body if isinstance(node, ast.FunctionDef)}
    classes = {node.name for node in stub.body if isinstance(node, ast.ClassDef)}
    constants = {node.target.id for node in stub.body if isinstance(node, ast.AnnAssign)}
    for name in {*functions, *classes, *constants}:
        assert hasattr(_ivrs, name), f"_ivrs.pyi: {name} isn't in the module"
    for name, node in functions.items():
        count = len(node.args.args)
        try:
            getattr(_ivrs, name)(*[object()] * (count + 1))
        except TypeError as error:
            assert f"expected {count} arguments" in str(error) or "takes" in str(error), f"{name}: {error}"
    used = {name for path in PACKAGE.glob("*.py") for name in re.findall(r"\b_ivrs\.(\w+)", path.read_text(encoding="utf-8"))}
    assert used <= {*functions, *classes, *constants}, used - {*functions, *classes, *constants}


def check_types(directory):
    mypy = next((m for m in ("/usr/bin/mypy", shutil.which("mypy")) if m and os.path.exists(m)), None)
    if mypy is None:
        return skip("mypy isn't installed")
    cache = f"--cache-dir={directory / 'mypy'}"
    run(mypy, "--strict", "--python-version=3.9", cache, PACKAGE, env=clean_environment())
    example = SOURCE / "examples" / "preflight.py"
    run(mypy, "--strict", cache, example, env=clean_environment(MYPYPATH=PACKAGE.parent))
    wrong = directory / "wrong.py"
    wrong.write_text(WRONG, encoding="utf-8")
    result = subprocess.run(
        [mypy, "--strict", cache, str(wrong)], env=clean_environment(MYPYPATH=str(PACKAGE.parent)), check=False,
        stdout=subprocess.PIPE, universal_newlines=True,
    )  # fmt: skip
    assert result.stdout.count("error:") == 4, result.stdout
    return None


def check_wheel(wheel, directory, source):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        assert "ivrs/py.typed" in names and "ivrs/_ivrs.pyi" in names, names
        assert not any("host" in name for name in names), "GPL code in the wheel"
    target = directory / f"site-{source}"
    run(sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", target, wheel,
        env=clean_environment())  # fmt: skip
    result = run(sys.executable, "-c", USE, env=clean_environment(PYTHONPATH=f"{target}:{HERE}"), cwd="/",
                 stdout=subprocess.PIPE, universal_newlines=True)  # fmt: skip
    assert result.stdout.startswith(str(target)), result.stdout


def make_wheel(source, directory):
    directory.mkdir()
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir",
        directory, source, env=clean_environment())  # fmt: skip
    (wheel,) = directory.glob("ivrs-*.whl")
    return wheel


def check_build(directory):
    for module in ("setuptools", "wheel", "pip"):
        if importlib.util.find_spec(module) is None:
            return skip(f"python3-{module} isn't installed")
    # setuptools writes beside what it builds, so it gets a copy of what it needs and nothing else.
    tree = directory / "tree"
    for part in ("lib", "include", "bindings/python"):
        shutil.copytree(SOURCE / part, tree / part, ignore=shutil.ignore_patterns("host", "__pycache__", "perl", "go"))
    shutil.copy(SOURCE / "bindings" / "ivrs.i", tree / "bindings")
    project = tree / "bindings" / "python"
    check_wheel(make_wheel(project, directory / "from-tree"), directory, "tree")
    run(sys.executable, "-c", "import setuptools.build_meta as b; b.build_sdist('dist')", cwd=project,
        env=clean_environment())  # fmt: skip
    (archive,) = (project / "dist").glob("ivrs-*.tar.gz")
    with tarfile.open(archive) as tar:
        names = tar.getnames()
    assert any(name.endswith("libivrs/ivrs_wrap.c") for name in names), names
    assert not any("/host" in name for name in names), "GPL code in the source archive"
    # From the archive without SWIG.
    os.environ["SWIG"] = "/nonexistent/swig"
    check_wheel(make_wheel(archive, directory / "from-archive"), directory, "archive")
    return None


def check_install(directory):
    """cmake --install into an empty prefix, then used with nothing of the build tree."""
    build = pathlib.Path(os.environ["IVRS_BUILD"])
    run("cmake", "--install", build, "--prefix", directory / "prefix", stdout=subprocess.DEVNULL)
    (package,) = (directory / "prefix").rglob("ivrs/__init__.py")
    site = package.parent.parent
    assert site.name in ("dist-packages", "site-packages"), site
    environment = {**os.environ, "PYTHONPATH": f"{site}:{HERE}"}
    result = run(sys.executable, "-c", USE, env=environment, cwd="/", stdout=subprocess.PIPE, universal_newlines=True)
    assert result.stdout.startswith(str(site)), result.stdout


def main():
    if "LD_PRELOAD" in os.environ:
        # The tools that are run here would run under the sanitizer, too.
        print("SKIP: packages are made without sanitizers")
        return 77
    check_syntax()
    check_stub()
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        check_install(directory)
        check_types(directory)
        check_build(directory)
    return 77 if skipped else 0


if __name__ == "__main__":
    sys.exit(main())
