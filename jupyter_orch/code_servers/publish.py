"""Writes the published JSON Schema of ``workspace.yaml``: ``python -m jupyter_orch.code_servers.publish``."""

from __future__ import annotations

import json
from pathlib import Path

from jupyter_orch.code_servers.workspace_yaml import json_schema

SCHEMA_FILE = Path(__file__).parent.parent / "schemas" / "workspace.schema.json"

if __name__ == "__main__":
    SCHEMA_FILE.write_text(json.dumps(json_schema(), indent=2) + "\n", "utf-8")
