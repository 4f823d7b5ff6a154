"""Ways to get a worker process going: forked from a warm one, or spawned cold."""
