"""Ways to get the steps of a plan done: one after the other in this process, or side by side in children."""
