"""How pipelines and results look as the last value of a cell, in any notebook and without a server."""
