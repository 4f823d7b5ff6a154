"""Answers: GraphQL by noun, the same for HTTP and websocket. No handler, no socket; the verbs do the work."""
