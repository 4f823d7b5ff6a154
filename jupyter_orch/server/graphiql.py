"""``GET orch/graphiql``: a page to try GraphQL by hand. All of it comes from this server, under a strict policy."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from typing import Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.extension.handler import ExtensionHandlerMixin
from tornado import web

from jupyter_orch.server.handling import QuietAboutTokens, require_login

API = "jupyter_orch:api"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
BUILT = {"react.js", "react-dom.js", "graphiql.js", "graphiql.css"}
OURS = {"page.js", "page.css"}
KINDS = {"js": "text/javascript", "css": "text/css"}


class _Page(QuietAboutTokens, ExtensionHandlerMixin, JupyterHandler):
    """What the page and its parts share."""

    _track_activity = False

    @property
    def content_security_policy(self) -> str:
        """Scripts and connections of this server alone."""
        return POLICY

    def set_default_headers(self) -> None:
        """Say what kind it is, and that browsers shall not guess."""
        super().set_default_headers()
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "no-referrer")


class GraphiqlHandler(_Page):
    """The page. Whoever is not logged in is sent to Jupyter's login."""

    @web.authenticated
    @authorized(action="read", resource=API)
    async def get(self) -> None:
        """The page, with addresses below this server's base URL."""
        self.xsrf_token  # noqa: B018  (reading it sets the cookie that the page's requests show)
        html = (files("jupyter_orch.server") / "pages" / "graphiql.html").read_text("utf-8")
        places = {"here": f"{self.base_url}orch/graphiql/", "endpoint": f"{self.base_url}orch/graphql"}
        for name, place in places.items():
            html = html.replace(f"{{{{ {name} }}}}", escape(place))
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(html)


class GraphiqlPartHandler(_Page):
    """Its scripts and styles."""

    async def prepare(self, *, _redirect_to_login: bool = False) -> None:
        """403 before anything else."""
        await super().prepare(_redirect_to_login=_redirect_to_login)
        require_login(self)

    @web.authenticated
    @authorized(action="read", resource=API)
    async def get(self, name: str) -> None:
        """One file, by its name among those there are."""
        folder: Any = files("jupyter_orch") / "graphiql" if name in BUILT else files("jupyter_orch.server") / "pages"
        file = folder / name
        if name not in BUILT | OURS or not file.is_file():
            raise web.HTTPError(404, "%s", "there is no such part; GraphiQL is built with the panel: make panel")
        self.set_header("Content-Type", f"{KINDS[name.rpartition('.')[2]]}; charset=utf-8")
        self.set_header("Cache-Control", "private, max-age=3600")
        self.finish(file.read_bytes())
