"""Warm processes: one that has imported what is needed, and forks a child on request in milliseconds.

Standard library only; Linux and other systems with ``fork`` and Unix sockets. :mod:`.server` is the loop inside the
warm process, :mod:`.client` asks it for children, :mod:`.protocol` is what they say to each other.

Why not multiprocessing's forkserver: it has one preload list per process, swallows import errors, passes no file
descriptors, working folder or exit status, and its children can not be signalled as a group.
"""
