"""Writes the published JSON Schema: ``python -m jupyter_orch.settings.publish``."""

from __future__ import annotations

import json
from pathlib import Path

from jupyter_orch.settings.orch_yaml import json_schema

if __name__ == "__main__":
    folder = Path(__file__).parent.parent / "schemas"
    folder.mkdir(exist_ok=True)
    (folder / "orch.schema.json").write_text(json.dumps(json_schema(), indent=2) + "\n", "utf-8")
