"""``orch.yaml``: the deployment's settings, read once, checked as a whole, then frozen."""

from jupyter_orch.settings.model import (
    ClassChoice,
    CodeServerSettings,
    EmailSettings,
    Evaluation,
    Notification,
    Pools,
    PythonLogs,
    Retention,
    RunMonitoring,
    RunRetries,
    Settings,
    TickRetention,
    WebhookSettings,
)
from jupyter_orch.settings.orch_yaml import json_schema
from jupyter_orch.settings.read import HOME_VARIABLE, SettingsError, home_folder, read_settings

__all__ = [
    "HOME_VARIABLE",
    "ClassChoice",
    "CodeServerSettings",
    "EmailSettings",
    "Evaluation",
    "Notification",
    "Pools",
    "PythonLogs",
    "Retention",
    "RunMonitoring",
    "RunRetries",
    "Settings",
    "SettingsError",
    "TickRetention",
    "WebhookSettings",
    "home_folder",
    "json_schema",
    "read_settings",
]
