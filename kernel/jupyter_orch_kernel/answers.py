"""From a request's content to its reply's content, whatever carries them."""

from __future__ import annotations

from typing import Any

from jupyter_orch.errors import OrchError
from jupyter_orch.execution.failures import failure_of
from jupyter_orch.records import codec
from jupyter_orch.records.messages import LocationTarget, RunSpec
from jupyter_orch_kernel.code_server import CodeServer
from jupyter_orch_kernel.company import Company
from jupyter_orch_kernel.hosted_run import HostedRun
from jupyter_orch_kernel.loader import Loaded, LoadError, load

REQUEST = "orch_request"
REPLY = "orch_reply"


class Answers:
    """The code server of one process, before and after its code was loaded.

    Args:
        loaded: the code, when it is loaded already (a forked kernel).
    """

    def __init__(self, loaded: Loaded | None = None) -> None:
        self._server = CodeServer(loaded) if loaded is not None else None
        self._loaded = loaded
        self._run: HostedRun | None = None
        self._company = Company()

    def answer(self, content: dict[str, Any]) -> dict[str, Any]:
        """``{"method", "params"}`` → ``{"status": "ok", "result"}`` or ``{"status": "error", "code", "message", …}``.

        Never raises.
        """
        self._company.heard()
        try:
            return {"status": "ok", "result": self._dispatch(content["method"], content.get("params") or {})}
        except LoadError as error:
            return {**_problem(error, codec.to_json(error.failure)), "facts": {"sources": list(error.sources)}}
        except OrchError as error:
            return _problem(error, None)
        except BaseException as error:  # user code may raise SystemExit; the kernel must live
            failure = failure_of(error)
            return {
                "status": "error",
                "code": "USER_CODE_ERROR",
                "message": failure.message,
                "facts": {},
                "failure": codec.to_json(failure),
            }

    def _dispatch(self, method: str, params: dict[str, Any]) -> Any:
        if method == "ping":
            return params
        if method == "load":
            loaded = load(codec.from_json(LocationTarget, params["target"]))
            self._loaded, self._server = loaded, CodeServer(loaded)
            return codec.to_json(loaded.snapshot())
        if method == "leave_when_alone":
            return self._company.leave_when_alone(params["seconds"])
        if method == "run_news":
            return self._run.news(params) if self._run is not None else {"events": [], "output": {}, "over": False}
        if self._server is None:
            raise OrchError("this kernel has loaded no code yet")
        if method == "run" and self._loaded is not None:
            self._run = HostedRun(self._loaded, codec.from_json(RunSpec, params["spec"]))
            return self._run.run()
        return self._server.answer(method, params)


def _problem(error: OrchError, failure: Any) -> dict[str, Any]:
    return {
        "status": "error",
        "code": error.code,
        "message": error.message,
        "facts": codec.to_json(error.facts),
        "failure": failure,
    }
