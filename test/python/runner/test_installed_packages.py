"""Packages that are installed from a folder (`pip install -e`): the workspace's own, and others."""

from leti_runner.harvest.history import Snapshot, Texts
from leti_runner.harvest.installed import Installed
from leti_runner.harvest.modules import Workspace
from leti_runner.harvest.needs import import_obstacle


def _write(folder, name, source="VALUE = 1\n"):
    package = folder / name
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(source, encoding="utf-8")


def test_a_package_installed_from_the_workspace_is_its_own(tmp_path, monkeypatch):
    _write(tmp_path / "packages" / "alpha" / "src", "alpha_of_workspace")
    _write(tmp_path / "packages" / "beta" / "src", "beta_of_workspace", "import alpha_of_workspace\n")
    monkeypatch.syspath_prepend(tmp_path / "packages" / "alpha" / "src")
    workspace = Workspace(tmp_path)
    assert not workspace.installed.has("alpha_of_workspace")
    [binding] = workspace.modules["packages/beta/src/beta_of_workspace/__init__.py"].bindings
    assert binding.location == "packages/alpha/src/alpha_of_workspace"
    assert import_obstacle(workspace, ["packages/beta/src/beta_of_workspace/__init__.py"]) == ""


def test_a_package_installed_from_another_folder_is_named_with_it(tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere" / "src"
    _write(elsewhere, "alpha_of_others")
    own = tmp_path / "beta"
    _write(own, "beta", "import alpha_of_others\nimport json, sys\n")
    monkeypatch.syspath_prepend(elsewhere)
    workspace = Workspace(own)
    assert workspace.installed.has("alpha_of_others")
    obstacle = import_obstacle(workspace, ["beta/__init__.py"])
    assert "needs alpha_of_others, which is installed from" in obstacle
    assert str(elsewhere) in obstacle


def test_a_package_of_an_environment_in_the_workspace_is_installed(tmp_path, monkeypatch):
    environment = tmp_path / ".venv"
    packages = environment / "lib" / "site-packages"
    _write(packages, "installed_in_venv")
    _write(tmp_path, "own", "import installed_in_venv\n")
    monkeypatch.syspath_prepend(packages)
    monkeypatch.setattr("sys.prefix", str(environment))
    workspace = Workspace(tmp_path)
    assert workspace.installed.has("installed_in_venv")
    assert import_obstacle(workspace, ["own/__init__.py"]) == ""


def test_it_is_its_own_in_commits_too(tmp_path, monkeypatch):
    _write(tmp_path / "packages" / "gamma" / "src", "gamma_of_workspace")
    monkeypatch.syspath_prepend(tmp_path / "packages" / "gamma" / "src")
    gamma, delta = "packages/gamma/src/gamma_of_workspace/__init__.py", "packages/delta/src/delta/__init__.py"
    texts = Texts({"1": "VALUE = 1\n", "2": "import gamma_of_workspace\n"})
    snapshot = Snapshot({gamma: "1", delta: "2"}, texts, Installed(tmp_path))
    [binding] = snapshot.modules[delta].bindings
    assert binding.location == "packages/gamma/src/gamma_of_workspace"
