"""What ``deploy`` writes is accepted by those who read it: our own settings, Compose, Kubernetes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import compose_spec
import kubernetes_validate
import pytest
import yaml

from jupyter_orch.code_servers.workspace import read_workspace
from jupyter_orch.settings import read_settings
from tests.cli.console import Console

KUBERNETES = "1.30"


def settings_are_right(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_ORCH_POSTGRES_URL", "postgresql://a:b@c/d")
    folder.mkdir()
    (folder / "orch.yaml").write_text(text)
    settings = read_settings(folder)
    assert settings.storage.name == "postgres" and settings.coordinator.config["max_concurrent_runs"] == 7


def test_compose(console: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = console("deploy", "compose", "--max-runs", "7", "--daemons", "3", "--image", "registry.example/orch:1")
    assert answer.code == 0, answer.err
    document = yaml.safe_load(answer.out)
    assert set(compose_spec.PyCompose.from_yaml(answer.out).services) == {"postgres", "jupyter", "daemon"}
    assert document["services"]["daemon"]["deploy"]["replicas"] == 3
    assert document["services"]["jupyter"]["image"] == "registry.example/orch:1"
    settings_are_right(document["configs"]["orch"]["content"], tmp_path / "orch-home", monkeypatch)
    (tmp_path / "workspace.yaml").write_text(document["configs"]["workspace"]["content"])
    assert [entry.target.name for entry in read_workspace(tmp_path / "workspace.yaml")] == ["code.py"]
    assert "postgresql://orch:${POSTGRES_PASSWORD" in answer.out, "no password of its own"


def rendered(chart: Path) -> list[dict[str, Any]]:
    """The chart's manifests as Helm would fill them in; they have values alone, no logic."""
    values = yaml.safe_load((chart / "values.yaml").read_text())

    def fill(match: re.Match[str]) -> str:
        path, _, filters = match[1].partition("|")
        if path.strip() == ".Release.Name":
            return "here"
        value = values[path.strip().removeprefix(".Values.")]
        return f"{str(value)[:20]}".replace("\n", " ").replace(":", "") if filters else str(value)

    texts = [path.read_text() for path in sorted((chart / "templates").iterdir())]
    return [yaml.safe_load(re.sub(r"{{ ([^}]+) }}", fill, text)) for text in texts]


def test_helm(console: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chart = tmp_path / "chart"
    answer = console("deploy", "helm", "--output", str(chart), "--max-runs", "7", "--daemons", "3")
    assert answer.code == 0, answer.err
    manifests = rendered(chart)
    assert {m["kind"] for m in manifests} == {"ConfigMap", "Deployment", "PersistentVolumeClaim", "Service"}
    for manifest in manifests:
        kubernetes_validate.validate(manifest, KUBERNETES, strict=True)
    (daemon,) = (m for m in manifests if m["metadata"]["name"] == "here-daemon")
    assert daemon["spec"]["replicas"] == 3
    values = yaml.safe_load((chart / "values.yaml").read_text())
    settings_are_right(values["orchYaml"], tmp_path / "orch-home", monkeypatch)
    metadata = yaml.safe_load((chart / "Chart.yaml").read_text())
    assert metadata["apiVersion"] == "v2" and re.fullmatch(r"\d+\.\d+\.\d+.*", metadata["version"])


def test_jupyterhub(console: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = console("deploy", "jupyterhub", "--max-runs", "7", "--image", "registry.example:5000/orch:1")
    values = yaml.safe_load(answer.out)
    assert values["singleuser"]["image"] == {"name": "registry.example:5000/orch", "tag": "1"}
    files = values["singleuser"]["extraFiles"]
    settings_are_right(files["orch.yaml"]["stringData"], tmp_path / "orch-home", monkeypatch)


def test_files_that_are_there_are_kept(console: Console, tmp_path: Path) -> None:
    target = tmp_path / "out"
    assert console("deploy", "compose", "-o", str(target)).code == 0
    answer = console("deploy", "compose", "-o", str(target))
    assert answer.code == 1 and "compose.yaml" in answer.err and "--force" in answer.err
    assert console("deploy", "compose", "-o", str(target), "--force").code == 0


def test_your_workspace_is_taken_along(console: Console, tmp_path: Path) -> None:
    mine = tmp_path / "workspace.yaml"
    mine.write_text("load_from:\n- python_module: flows.${team}\n")
    document = yaml.safe_load(console("deploy", "compose", "--workspace", str(mine)).out)
    assert document["configs"]["workspace"]["content"] == mine.read_text().replace("$", "$$")
    answer = console("deploy", "compose", "--workspace", str(tmp_path / "none.yaml"))
    assert answer.code == 1 and "none.yaml" in answer.err and "Traceback" not in answer.err
    assert console("deploy", "compose", "--daemons", "0").code == 2
