"""Runs the steps of a plan and says every fact as an event."""
