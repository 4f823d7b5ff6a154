"""Definitions and run config become steps."""
