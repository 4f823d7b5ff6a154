"""All routes below ``orch/``, and GraphQL over HTTP."""

from __future__ import annotations

from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyter_orch.server.downloads import LogHandler, NotebookHandler
from jupyter_orch.server.graphiql import GraphiqlHandler, GraphiqlPartHandler
from jupyter_orch.server.handling import OrchHandler
from jupyter_orch.server.rest import (
    EventsHandler,
    HealthHandler,
    OpenapiHandler,
    SchemaHandler,
    UnknownRouteHandler,
    door_routes,
)
from jupyter_orch.server.websocket import GraphQLSocket


class GraphQLHandler(OrchHandler):
    """``POST orch/graphql``. The endpoint needs ``read``; each mutation asks for what it needs."""

    @web.authenticated
    @authorized(action="read", resource="jupyter_orch:api")
    async def post(self) -> None:
        """Run one operation."""
        payload = self.json_body()
        deployment = await self.deployment()
        try:
            operation = deployment.engine.prepare(payload)
        except Exception as error:
            self._refuse(getattr(error, "formatted", {"message": str(error)}))
            return
        if operation.is_subscription:
            self._refuse({"message": "subscriptions go over the websocket orch/graphql/ws"})
            return
        result = await deployment.engine.run(operation, self.context(deployment))
        self.write_json(result.formatted, deployment.engine.status_of(result))

    def _refuse(self, error: dict[str, Any]) -> None:
        self.write_json({"errors": [error]}, 400)


def routes() -> list[tuple[Any, ...]]:
    """All routes; the server puts its base URL before them."""
    run = r"orch/api/v1/runs/([^/]+)"
    return [
        (r"orch/graphql", GraphQLHandler),
        (r"orch/graphql/ws", GraphQLSocket),
        (r"orch/graphiql/?", GraphiqlHandler),
        (r"orch/graphiql/([a-z-]+\.(?:js|css))", GraphiqlPartHandler),
        (r"orch/api/v1/health", HealthHandler),
        (r"orch/api/v1/openapi\.yaml", OpenapiHandler),
        (r"orch/api/v1/schema\.graphql", SchemaHandler),
        (rf"{run}/events", EventsHandler),
        (rf"{run}/logs/([^/]+)/(stdout|stderr)", LogHandler),
        (rf"{run}/notebooks/([^/]+)", NotebookHandler),
        *door_routes(),
        (r"orch(?:/.*)?", UnknownRouteHandler),
    ]
