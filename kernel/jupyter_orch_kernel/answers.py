"""From a request's content to its reply's content, whatever carries them."""

from __future__ import annotations

from typing import Any

from jupyter_orch.errors import OrchError
from jupyter_orch.execution.failures import failure_of
from jupyter_orch.records import codec
from jupyter_orch.records.messages import LocationTarget
from jupyter_orch_kernel.code_server import CodeServer
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

    def answer(self, content: dict[str, Any]) -> dict[str, Any]:
        """``{"method", "params"}`` → ``{"status": "ok", "result"}`` or ``{"status": "error", "code", "message", …}``.

        Never raises.
        """
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
            self._server = CodeServer(loaded)
            return codec.to_json(loaded.snapshot())
        if self._server is None:
            raise OrchError("this kernel has loaded no code yet")
        return self._server.answer(method, params)


def _problem(error: OrchError, failure: Any) -> dict[str, Any]:
    return {
        "status": "error",
        "code": error.code,
        "message": error.message,
        "facts": codec.to_json(error.facts),
        "failure": failure,
    }
