"""A location that browser tests break and mend."""

from jupyter_orch import pipeline, repository, solid


@solid
def hum(context):
    """Says something."""
    context.log.info("hum")


@pipeline
def humming():
    """One step."""
    hum()


@repository
def moods():
    """All of it."""
    return [humming]
