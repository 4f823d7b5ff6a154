"""Jobs that can run themselves: the later words, together with what runs them."""

from __future__ import annotations

from jupyter_orch.definitions.asset import build_assets_job as build_assets_job
from jupyter_orch.definitions.job import DynamicOut as DynamicOut
from jupyter_orch.definitions.job import GraphIn as GraphIn
from jupyter_orch.definitions.job import GraphOut as GraphOut
from jupyter_orch.definitions.job import In as In
from jupyter_orch.definitions.job import JobDefinition as JobDefinition
from jupyter_orch.definitions.job import OpDefinition as OpDefinition
from jupyter_orch.definitions.job import Out as Out
from jupyter_orch.definitions.job import config_mapping as config_mapping
from jupyter_orch.definitions.job import graph as graph
from jupyter_orch.definitions.job import job as job
from jupyter_orch.definitions.job import op as op
from jupyter_orch.definitions.pipeline import PipelineDefinition
from jupyter_orch.execution.api import execute_pipeline

PipelineDefinition.in_process_runner = staticmethod(execute_pipeline)
