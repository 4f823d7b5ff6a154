"""Runs, events, ticks and heartbeats in a SQL database: one transaction for an event and the status it moves."""
