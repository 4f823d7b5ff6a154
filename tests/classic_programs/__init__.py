"""Whole programs as users of classic Dagster 0.12 wrote them; only the import line was changed."""
