"""The server's side of the kernels that hold user code: start, ask, watch, replace. Never imports that code."""
