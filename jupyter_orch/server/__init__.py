"""The Jupyter server extension: routes, authentication, and the life of the deployment inside the server."""
