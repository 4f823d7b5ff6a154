"""The Helm chart: manifests with a few values in them, and no logic, so that they can be read as they are."""

from __future__ import annotations

from typing import Any

from jupyter_orch.version import __version__
from jupyter_orch.yaml_text import dump_yaml

LABELS = {"app.kubernetes.io/name": "jupyter-orch", "app.kubernetes.io/instance": "{{ .Release.Name }}"}
VALUES_NOTE = """\
# The database's address is in a Secret that you make:
#   kubectl create secret generic orch-postgres --from-literal=url=postgresql://user:password@host/database
#   kubectl create secret generic orch-jupyter --from-literal=token=...
"""


def chart(
    *, image: str, daemons: int, orch_yaml: str, workspace_yaml: str, home: str, work: str, url_variable: str
) -> dict[str, str]:
    """The chart's files by their path.

    Args:
        home, work: folders of instance and workspace in the containers.
        url_variable: the variable that holds the database's address.
    """
    values: dict[str, Any] = {
        "image": image,
        "daemons": daemons,
        "storage": "10Gi",
        "databaseSecret": "orch-postgres",
        "tokenSecret": "orch-jupyter",
        "orchYaml": orch_yaml,
        "workspaceYaml": workspace_yaml,
    }
    pod = _Pod(home, work, url_variable)
    lab = ["jupyter", "lab", "--ip=0.0.0.0", "--port=8888", "--no-browser", f"--ServerApp.root_dir={work}"]
    manifests = {
        "config.yaml": _config_map(),
        "home.yaml": _claim(),
        "server.yaml": _deployment("server", 1, pod.of("server", [*lab, "--JupyterOrch.daemon=False"])),
        "daemon.yaml": _deployment(
            "daemon", "{{ .Values.daemons }}", pod.of("daemon", ["jupyter-orch", "daemon", "run"])
        ),
        "service.yaml": _service(),
    }
    return {
        "Chart.yaml": dump_yaml(
            {"apiVersion": "v2", "name": "jupyter-orch", "version": __version__, "appVersion": __version__}
        ),
        "values.yaml": VALUES_NOTE + dump_yaml(values),
        **{f"templates/{name}": _unquoted(dump_yaml(manifest)) for name, manifest in manifests.items()},
    }


def _unquoted(text: str) -> str:
    """Values of other types than text stand without quotes."""
    return text.replace("'{{ .Values.daemons }}'", "{{ .Values.daemons }}")


def _meta(name: str) -> dict[str, Any]:
    return {"name": f"{{{{ .Release.Name }}}}-{name}", "labels": {**LABELS, "app.kubernetes.io/component": name}}


def _config_map() -> dict[str, Any]:
    data = {"orch.yaml": "{{ .Values.orchYaml | toJson }}", "workspace.yaml": "{{ .Values.workspaceYaml | toJson }}"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": _meta("config"), "data": data}


def _claim() -> dict[str, Any]:
    spec = {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "{{ .Values.storage }}"}}}
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": _meta("home"), "spec": spec}


def _service() -> dict[str, Any]:
    labels = {**LABELS, "app.kubernetes.io/component": "server"}
    spec = {"selector": labels, "ports": [{"name": "http", "port": 80, "targetPort": "http"}]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": _meta("server"), "spec": spec}


def _deployment(name: str, replicas: int | str, pod: dict[str, Any]) -> dict[str, Any]:
    meta = _meta(name)
    spec = {
        "replicas": replicas,
        "selector": {"matchLabels": meta["labels"]},
        "template": {"metadata": {"labels": meta["labels"]}, "spec": pod},
    }
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": spec}


class _Pod:
    """What server and daemons have alike."""

    def __init__(self, home: str, work: str, url_variable: str) -> None:
        self._home = home
        self._work = work
        self._url_variable = url_variable

    def of(self, name: str, command: list[str]) -> dict[str, Any]:
        container: dict[str, Any] = {
            "name": name,
            "image": "{{ .Values.image }}",
            "command": command,
            "workingDir": self._work,
            "env": self._environment(name),
            "volumeMounts": [
                {"name": "home", "mountPath": self._home},
                {"name": "config", "mountPath": f"{self._home}/orch.yaml", "subPath": "orch.yaml"},
                {"name": "config", "mountPath": f"{self._work}/workspace.yaml", "subPath": "workspace.yaml"},
            ],
            "securityContext": {"allowPrivilegeEscalation": False},
        }
        if name == "server":
            container["ports"] = [{"name": "http", "containerPort": 8888}]
            container["readinessProbe"] = {"tcpSocket": {"port": "http"}}
        else:
            check = ["jupyter-orch", "daemon", "liveness-check", "--here"]
            container["livenessProbe"] = {"exec": {"command": check}, "periodSeconds": 60, "timeoutSeconds": 20}
        return {
            "containers": [container],
            "terminationGracePeriodSeconds": 60,
            "volumes": [
                {"name": "home", "persistentVolumeClaim": {"claimName": "{{ .Release.Name }}-home"}},
                {"name": "config", "configMap": {"name": "{{ .Release.Name }}-config"}},
            ],
        }

    def _environment(self, name: str) -> list[dict[str, Any]]:
        def secret(variable: str, where: str, key: str) -> dict[str, Any]:
            reference = {"name": f"{{{{ .Values.{where} }}}}", "key": key}
            return {"name": variable, "valueFrom": {"secretKeyRef": reference}}

        environment = [
            {"name": "JUPYTER_ORCH_HOME", "value": self._home},
            secret(self._url_variable, "databaseSecret", "url"),
        ]
        return [*environment, secret("JUPYTER_TOKEN", "tokenSecret", "token")] if name == "server" else environment
