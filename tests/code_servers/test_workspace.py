"""workspace.yaml: one bad entry hides no other, and each says where and why."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from jupyter_orch.code_servers.workspace import Gateway, WorkspaceError, read_workspace
from jupyter_orch.code_servers.workspace_yaml import ENTRIES, json_schema
from jupyter_orch.yaml_text import load_yaml


def workspace(folder: Path, text: str) -> Path:
    path = folder / "workspace.yaml"
    path.write_text(text)
    return path


def test_entries_of_all_kinds_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.py").touch()
    (tmp_path / "b.ipynb").touch()
    entries = read_workspace(
        workspace(
            tmp_path,
            "load_from:\n- python_file: a.py\n- notebook: {relative_path: b.ipynb, location_name: notes, kernel: ir}\n"
            "- python_module: {module_name: m.n, working_directory: ., env: {A: 1}}\n- python_package: pack\n",
        )
    )
    assert [(e.target.name, e.target.kind, e.problem) for e in entries] == [
        ("a.py", "python_file", None),
        ("notes", "notebook", None),
        ("m.n", "python_module", None),
        ("pack", "python_package", None),
    ]
    assert entries[0].target.working_directory == str(tmp_path)
    assert (entries[1].kernel, entries[2].env) == ("ir", (("A", "1"),))


def test_no_file_means_no_locations(tmp_path: Path) -> None:
    assert read_workspace(tmp_path / "none.yaml") == []
    assert read_workspace(workspace(tmp_path, "")) == []


@pytest.mark.parametrize("text", ["- a", "load_from: x", "load_from: [", "load_from: []\nload_from: []", "other: 1"])
def test_a_file_that_is_no_workspace_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(WorkspaceError, match=r"workspace\.yaml"):
        read_workspace(workspace(tmp_path, text))


def test_each_bad_entry_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.py").touch()
    entries = read_workspace(
        workspace(
            tmp_path,
            "load_from:\n- python_file: gone.py\n- python_fil: a.py\n"
            "- python_file: {relative_path: a.py, atribute: x}\n"
            "- python_file: https://elsewhere/x.py\n- python_file: a.py\n- python_file: a.py\n- 7\n",
        )
    )
    problems = [e.problem or "" for e in entries]
    expected = [
        "gone.py does not exist",
        "python_file",
        "'atribute'",
        "is an address",
        "",
        "'a.py' stands in line 6",
        "7",
    ]
    assert all(part in problem for part, problem in zip(expected, problems, strict=True))
    assert [f"workspace.yaml:{n}" in p for n, p in enumerate(problems, 2) if p] == [True] * 6


def problem(folder: Path, entry: str, above: str = "") -> str:
    """What is wrong with the one entry of a workspace."""
    (found,) = read_workspace(workspace(folder, f"{above}load_from:\n- {entry}\n"))
    return found.problem or ""


GATEWAY_CODE = "python_module: m"
MISTAKES = {
    "grpc_server: {host: localhost, port: 4266}": "kernel_gateway",
    "python_fil: a.py": "did you mean 'python_file'",
    "python_file: {relative_path: a.py, replicas: 0}": "replicas: expected a whole number of at least 1, found 0",
    "python_file: {relative_path: a.py, replicas: two}": "found 'two'",
    "python_file: {relative_path: a.py, kernel: python3, executable_path: /bin/python}": "keep one of them",
    "python_file: {relative_path: a.py, env: {A: 1}, environment: {B: 2}}": "keep one of them",
    "python_file: {relative_path: a.py, env: {A: [1]}}": "expected a variable's text, found [1]",
    "python_file: {relative_path: a.py, working_directory: nowhere}": "nowhere is not a folder",
    "python_file: {relative_path: {env: NO_SUCH_VARIABLE}}": "the environment variable NO_SUCH_VARIABLE is not set",
    "python_file: {attribute: repo}": "the key 'relative_path' is missing",
    "python_module: true": "expected a text or a mapping, found True",
    f"kernel_gateway: {{{GATEWAY_CODE}}}": "the key 'url' is missing",
    f"kernel_gateway: {{url: 'gateway:8888', {GATEWAY_CODE}}}": "expected an address like http://host:8888",
    "kernel_gateway: {url: 'http://gateway:8888'}": "to say what code it serves, found none of them",
    "kernel_gateway: {url: 'http://g:1', python_module: m, notebook: n.ipynb}": "found python_module and notebook",
    "[python_file]": "found ['python_file']",
    "{python_file: a.py, location_name: x}": "location_name must stand below python_file, indented deeper",
    "python_file: {path: a.py}": "unknown key 'path'; there are relative_path, location_name",
    "python_file: {relative_path: a.py, replicas: 1000000}": "at least 1 and at most 64, found 1000000",
}


@pytest.mark.parametrize("entry", MISTAKES)
def test_a_wrong_entry_says_where_what_and_what_to_do(tmp_path: Path, entry: str) -> None:
    (tmp_path / "a.py").touch()
    told = problem(tmp_path, entry)
    assert MISTAKES[entry] in told and "workspace.yaml:2" in told


def test_every_key_of_an_entry_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_TOKEN", "secret")
    (tmp_path / "a.py").touch()
    local, remote = read_workspace(
        workspace(
            tmp_path,
            "load_from:\n"
            "- python_file: {relative_path: a.py, attribute: repo, location_name: here, replicas: 3,\n"
            "    executable_path: bin/python, environment: {A: 1, B: two}}\n"
            "- kernel_gateway: {url: 'https://there:8888/user/me/', token: {env: GATEWAY_TOKEN}, kernel: spark,\n"
            "    python_file: /srv/etl/repo.py, replicas: 2}\n",
        )
    )
    assert (local.target.name, local.target.attribute, local.replicas) == ("here", "repo", 3)
    assert (local.executable, local.env) == (str(tmp_path / "bin/python"), (("A", "1"), ("B", "two")))
    assert remote.gateway == Gateway(url="https://there:8888/user/me", token="secret", kernel="spark")
    assert (remote.target.name, remote.target.working_directory) == ("repo.py@there", "/srv/etl")


def test_w1_a_location_whose_file_is_missing_hides_no_other(tmp_path: Path) -> None:
    (tmp_path / "a.py").touch()
    entries = read_workspace(workspace(tmp_path, "load_from:\n- python_file: gone.py\n- python_file: a.py\n"))
    assert ["gone.py does not exist" in (entries[0].problem or ""), entries[1].problem] == [True, None]


def test_w2_two_locations_of_one_name_are_told_with_both_lines(tmp_path: Path) -> None:
    (tmp_path / "a.py").touch()
    entries = read_workspace(workspace(tmp_path, "load_from:\n- python_file: a.py\n- python_file: a.py\n"))
    assert "workspace.yaml:3" in (entries[1].problem or "") and "in line 2" in (entries[1].problem or "")


@pytest.mark.parametrize("code", ["/etc/hostname", "../outside.py", "link.py"])
def test_w4_code_outside_of_the_workspace_must_be_meant(tmp_path: Path, code: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "outside.py").touch()
    (root / "link.py").symlink_to(tmp_path / "outside.py")
    assert "allow_external_paths: true" in problem(root, f"python_file: {code}")
    assert problem(root, f"python_file: {code}", "allow_external_paths: true\n") == ""


@pytest.mark.parametrize("code", ["s3://bucket/a.py", "http://host/a.py", "file:///etc/passwd"])
def test_w5_an_address_is_no_path(tmp_path: Path, code: str) -> None:
    assert "is an address" in problem(tmp_path, f"python_file: {code}")


def test_w6_code_of_hundreds_of_megabytes_is_refused_by_its_size(tmp_path: Path) -> None:
    with open(tmp_path / "big.py", "wb") as file:
        file.truncate(200 * 1024 * 1024)
    assert "big.py has 200 MiB, code has at most 32" in problem(tmp_path, "python_file: big.py")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("load_fro: []", "workspace.yaml:1: unknown key 'load_fro', did you mean 'load_from'?"),
        ("allow_external_paths: true", "expected a mapping with a list 'load_from'"),
        ("[a.py]", "expected a mapping with a list 'load_from', found ['a.py']"),
        ("python_file: a.py", ":1: unknown key 'python_file'; write it as an item of load_from: '- python_file: …'"),
        ("kernel: python3\nload_from: []", ":1: unknown key 'kernel'; there are load_from, allow_external_paths"),
        ("load_from: []\nallow_external_path: true", "did you mean 'allow_external_paths'"),
        ("load_from: []\nallow_external_paths: maybe", "expected true or false"),
        ("load_from: {a: 1}", "expected a list of entries"),
        ("load_from:\n- python_file: [", "workspace.yaml:"),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_says_where(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(WorkspaceError) as raised:
        read_workspace(workspace(tmp_path, text))
    assert said in raised.value.message and "workspace.yaml" in raised.value.message


def test_an_entry_that_went_wrong_keeps_its_name(tmp_path: Path) -> None:
    entries = read_workspace(workspace(tmp_path, "load_from:\n- python_file: {location_name: mine, atribute: x}\n"))
    assert entries[0].target.name == "mine" and "did you mean 'attribute'" in (entries[0].problem or "")


def test_the_published_schema_is_the_one_that_is_checked(tmp_path: Path) -> None:
    published = json.loads((resources.files("jupyter_orch") / "schemas/workspace.schema.json").read_text())
    assert published == json_schema(), "run: python -m jupyter_orch.code_servers.publish"
    validator = jsonschema.Draft202012Validator(published)
    good = "load_from:\n- python_file: a.py\n- kernel_gateway: {url: 'http://g', token: {env: T}, notebook: n.ipynb}\n"
    assert not list(validator.iter_errors(load_yaml(good).value))
    for bad in ("load_from: [{python_file: {relativ_path: a.py}}]", "load_from: [{grpc_server: {port: 1}}]", "{}"):
        assert list(validator.iter_errors(load_yaml(bad).value)), bad


def test_the_page_shows_every_key_and_its_example_is_right() -> None:
    page = (Path(__file__).parents[2] / "docs" / "workspace.md").read_text()
    example = load_yaml(page.split("```yaml\n")[1].split("```")[0]).value
    assert not list(jsonschema.Draft202012Validator(json_schema()).iter_errors(example))
    for kind, group in ENTRIES.items():
        assert kind in page
        assert [
            key for key in group.fields if key != "environment" and f"{key}" not in page and key not in CODE_NAMES
        ] == []


CODE_NAMES = ("module_name", "package_name")
