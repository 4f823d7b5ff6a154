"""The failure matrix: every row is a test that carries its id in the name and says in words what must be observed.

Rows of run workers (W), step processes (P), notebook kernels (N), the database (B) and the surroundings (E), each on
SQLite and Postgres, with real workers, runners and kernels; leases and grace times are those of a quick profile.
"""
