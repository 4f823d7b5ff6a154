"""From a table of penguins to a report: the example to read first.

``penguin_report`` loads a table, cleans it, measures each species and fits a line through all of them at the same time,
brings the findings together and lets a notebook write the report::

                      ┌─> measure_adelie ────┐
    load ──> clean ───┼─> measure_chinstrap ─┼─> gather ──> report (a notebook)
                      ├─> measure_gentoo ────┤
                      └─> fit_line ──────────┘

``failing_on_purpose`` shows what a failure looks like: where it happened and why, the steps before it kept.
``nightly_report`` is a schedule; it is off until you switch it on.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from jupyter_orch import (
    AssetMaterialization,
    DagsterType,
    EventMetadata,
    ExpectationResult,
    Field,
    InputDefinition,
    ModeDefinition,
    Output,
    OutputDefinition,
    PresetDefinition,
    TypeCheck,
    configured,
    fs_io_manager,
    mem_io_manager,
    notebook_solid,
    pipeline,
    repository,
    resource,
    schedule,
    solid,
)

HERE = Path(__file__).parent
ISLANDS = ["Biscoe", "Dream", "Torgersen"]
MEASURES = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]


# A type of our own: every value that a solid takes or gives under this name is checked, and the check is in the log.


def _is_penguin_table(_context, value):
    if not isinstance(value, pd.DataFrame):
        return TypeCheck(success=False, description=f"expected a DataFrame, found {type(value).__name__}")
    missing = {"species", "island", *MEASURES} - set(value.columns)
    return TypeCheck(
        success=not missing,
        description=f"columns are missing: {', '.join(sorted(missing))}" if missing else "all columns are there",
        metadata={"rows": len(value)},
    )


PenguinTable = DagsterType(
    name="PenguinTable",
    type_check_fn=_is_penguin_table,
    description="A DataFrame with one row per penguin: species, island, and four measures.",
)


# Resources: what solids need from the world outside. A mode says which ones; the solids do not change.


@resource(config_schema={"file": Field(str, default_value="data/penguins.csv", description="Relative to this file.")})
def whole_table(context):
    """All 344 penguins."""
    return pd.read_csv(HERE / context.resource_config["file"])


@resource(config_schema={"rows": Field(int, default_value=20, description="How many penguins of each species.")})
def small_sample(context):
    """A few penguins of each species, always the same ones: for a quick try."""
    table = pd.read_csv(HERE / "data" / "penguins.csv")
    return table.groupby("species").head(context.resource_config["rows"]).reset_index(drop=True)


@resource(config_schema={"folder": Field(str, default_value="results", description="Relative to this file.")})
def results_folder(context):
    """Where files of a run go; each run makes a folder of its own in it."""
    return HERE / context.resource_config["folder"]


# Solids: one step each. Inputs and outputs are values; the IO manager of the mode keeps them between steps.


@solid(required_resource_keys={"penguins"}, output_defs=[OutputDefinition(PenguinTable)])
def load(context):
    """Take the table from the resource ``penguins``."""
    table = context.resources.penguins
    context.log.info(f"{len(table)} penguins of {table['species'].nunique()} species")
    return table


@solid(
    input_defs=[InputDefinition("table", PenguinTable)],
    output_defs=[
        OutputDefinition(PenguinTable, "penguins", description="Complete rows only."),
        OutputDefinition(str, "file", description="The same rows as a CSV file."),
    ],
    config_schema={
        "islands": Field([str], default_value=ISLANDS, description="Keep penguins of these islands."),
        "least_share": Field(
            float, default_value=0.9, description="Warn when fewer rows than this share are complete."
        ),
    },
    required_resource_keys={"results"},
)
def clean(context, table):
    """Drop incomplete rows, check how many are left, and keep them as a file."""
    wanted = table[table["island"].isin(context.solid_config["islands"])]
    complete = wanted.dropna(subset=MEASURES).reset_index(drop=True)
    share = len(complete) / max(len(wanted), 1)
    yield ExpectationResult(
        label="most_rows_are_complete",
        success=share >= context.solid_config["least_share"],
        description=f"{len(complete)} of {len(wanted)} rows are complete",
        metadata={"rows": len(complete), "dropped": len(wanted) - len(complete), "share": float(share)},
    )
    folder = context.resources.results / context.run_id
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "penguins_clean.csv"
    complete.to_csv(file, index=False)
    yield AssetMaterialization(
        asset_key="penguins_clean",
        description="The table without incomplete rows",
        metadata={
            "path": EventMetadata.path(str(file)),
            "rows": len(complete),
            "rows per species": EventMetadata.json({k: int(n) for k, n in complete["species"].value_counts().items()}),
        },
    )
    yield Output(complete, "penguins")
    yield Output(str(file), "file")


@solid(
    input_defs=[InputDefinition("penguins", PenguinTable)],
    output_defs=[OutputDefinition(dict)],
    config_schema={"species": Field(str, description="Which species.")},
)
def measure(context, penguins):
    """Count the penguins of one species and average their measures."""
    species = context.solid_config["species"]
    own = penguins[penguins["species"] == species]
    context.log.info(f"{len(own)} {species} penguins")
    means = {} if own.empty else {name: round(float(mean), 1) for name, mean in own[MEASURES].mean().items()}
    return {"species": species, "count": len(own), **means}


# `configured` fixes config for good: three solids from one, each with a name of its own.
measure_adelie = configured(measure, name="measure_adelie")({"species": "Adelie"})
measure_chinstrap = configured(measure, name="measure_chinstrap")({"species": "Chinstrap"})
measure_gentoo = configured(measure, name="measure_gentoo")({"species": "Gentoo"})


@solid(
    input_defs=[InputDefinition("penguins", PenguinTable)],
    output_defs=[OutputDefinition(dict)],
    config_schema={"predictor": Field(str, default_value="flipper_length_mm", description="One of the measures.")},
)
def fit_line(context, penguins):
    """Fit body mass as a line over one other measure, by least squares."""
    predictor = context.solid_config["predictor"]
    if predictor not in MEASURES[:-1]:
        raise ValueError(f"predictor {predictor!r} is none of {', '.join(MEASURES[:-1])}")
    x, y = penguins[predictor].to_numpy(float), penguins["body_mass_g"].to_numpy(float)
    slope, intercept = np.polyfit(x, y, 1)
    explained = 1 - np.var(y - (slope * x + intercept)) / np.var(y)
    context.log.info(f"one mm more {predictor} goes with {slope:.1f} g more; R² = {explained:.2f}")
    return {
        "predictor": predictor,
        "slope": round(float(slope), 3),
        "intercept": round(float(intercept), 1),
        "r_squared": round(float(explained), 3),
    }


@solid(
    input_defs=[InputDefinition("measures", list[dict]), InputDefinition("line", dict)],
    output_defs=[OutputDefinition(dict)],
)
def gather(context, measures, line):
    """Bring the findings of all branches together."""
    return {"species": sorted(measures, key=lambda found: found["species"]), "line": line}


report = notebook_solid(
    "report",
    notebook_path=str(HERE / "report.ipynb"),
    input_defs=[
        InputDefinition("penguins_file", str, description="CSV file with the cleaned table."),
        InputDefinition("findings", dict, description="Counts and means per species, and the line."),
    ],
    output_defs=[OutputDefinition(str, description="The report's main sentence.")],
    config_schema={"title": Field(str, default_value="Penguins of the Palmer Archipelago", description="Its heading.")},
    description="Write the report: a notebook that is run with the findings and kept with its plot.",
)


# Modes and presets: what to run with.

whole = ModeDefinition(
    name="default",
    description="All penguins; values between steps are files, so steps may run in processes of their own.",
    resource_defs={"penguins": whole_table, "results": results_folder, "io_manager": fs_io_manager},
)
sample = ModeDefinition(
    name="sample",
    description="A few penguins of each species, values between steps in memory: for a quick try.",
    resource_defs={"penguins": small_sample, "results": results_folder, "io_manager": mem_io_manager},
)

all_islands = PresetDefinition(
    "all_islands",
    mode="default",
    run_config={
        "solids": {
            "clean": {"config": {"islands": ISLANDS}},
            "report": {"config": {"title": "Penguins of three islands"}},
        }
    },
)
dream_island = PresetDefinition(
    "dream_island",
    mode="default",
    run_config={
        "solids": {
            "clean": {"config": {"islands": ["Dream"]}},
            "fit_line": {"config": {"predictor": "bill_length_mm"}},
            "report": {"config": {"title": "Penguins of Dream Island"}},
        }
    },
)


@pipeline(mode_defs=[whole, sample], preset_defs=[all_islands, dream_island], tags={"team": "penguins"})
def penguin_report():
    """Load, clean, measure each species and fit a line at the same time, and write a report with a plot."""
    penguins, file = clean(load())
    findings = gather(
        measures=[measure_adelie(penguins), measure_chinstrap(penguins), measure_gentoo(penguins)],
        line=fit_line(penguins),
    )
    report(penguins_file=file, findings=findings)


class PenguinNotFound(LookupError):
    """A species that is not in the table was asked for."""


@solid(input_defs=[InputDefinition("table", PenguinTable)])
def find_emperors(context, table):
    """Look for a species that was never on these islands."""
    emperors = table[table["species"] == "Emperor"]
    if emperors.empty:
        known = ", ".join(sorted(table["species"].unique()))
        raise PenguinNotFound(f"there is no Emperor penguin among {len(table)} penguins; the species are {known}")
    return len(emperors)


@pipeline(mode_defs=[whole])
def failing_on_purpose():
    """Fail in the second step with a clear message: to see how a failure is shown."""
    find_emperors(load())


@schedule(
    cron_schedule="0 6 * * 1-5",
    pipeline_name="penguin_report",
    execution_timezone="Europe/Berlin",
    description="A fresh report before work, Monday to Friday.",
)
def nightly_report(context):
    """The run config of each morning's run: the title carries the date."""
    day = context.scheduled_execution_time
    title = f"Penguins, {day:%d %B %Y}" if day else "Penguins"
    return {"solids": {"report": {"config": {"title": title}}}}


@repository
def penguins():
    """Everything that this file offers."""
    return [penguin_report, failing_on_purpose, nightly_report]
