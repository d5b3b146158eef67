"""The dashboard as docs/superset keeps it: Superset's own export, without what differs by chance.

`make bi-export` writes it anew after a change of dashboard.py; `make bi` fails while it is stale.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import yaml

from bi import making, server
from bi.api import Api
from bi.dashboard import CHARTS, DATASETS, known_as
from service_kpis.warehouse import PROJECT_DIR, Warehouse

KEPT = PROJECT_DIR / "docs" / "superset"
WHERE_IT_STANDS = Path("/path/to/warehouse/service_kpis.duckdb")
"""What a user replaces by the path of their own file."""


class _Indented(yaml.SafeDumper):
    """Indents lists below their key, as yamllint wants it."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def exported(api: Api, dashboard: int) -> dict[str, Any]:
    """Give an export by file name, as Superset made it but for ids, order, time and path."""
    content = api.get_file(f"dashboard/export/?q=!({dashboard})")
    with zipfile.ZipFile(io.BytesIO(content)) as files:
        found = {
            re.sub(r"_\d+\.yaml$", ".yaml", name.partition("/")[2]): yaml.safe_load(
                files.read(name)
            )
            for name in files.namelist()
        }
    for name, about in found.items():
        _tidy(name, about)
    return found


def kept() -> dict[str, Any]:
    """Give the export that users import, by file name."""
    return {
        path.relative_to(KEPT).as_posix(): yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in sorted(KEPT.rglob("*.yaml"))
    }


def write(found: dict[str, Any]) -> None:
    shutil.rmtree(KEPT, ignore_errors=True)
    for name, about in found.items():
        path = KEPT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            yaml.dump(about, Dumper=_Indented, sort_keys=False, allow_unicode=True, width=100),
            encoding="utf-8",
        )


def zipped_for(published: Path) -> bytes:
    """Do what docs/bi.md tells a user: put in the folder of the file, and zip the dashboard."""
    with tempfile.TemporaryDirectory() as given:
        folder = Path(given) / "dashboard"
        shutil.copytree(KEPT, folder)
        database = folder / "databases" / "service_kpis.yaml"
        text = database.read_text(encoding="utf-8")
        assert str(WHERE_IT_STANDS.parent) in text
        database.write_text(
            text.replace(str(WHERE_IT_STANDS.parent), str(published.parent)), encoding="utf-8"
        )
        zipped = Path(given) / "dashboard.zip"
        zipfile.main(["-c", str(zipped), f"{folder}/"])
        return zipped.read_bytes()


def _tidy(name: str, about: dict[str, Any]) -> None:
    charts = {known_as("chart", chart.title): n for n, chart in enumerate(CHARTS, 1)}
    datasets = {known_as("dataset", each.table): n for n, each in enumerate(DATASETS, 1)}
    if name == "metadata.yaml":
        del about["timestamp"]
    elif name.startswith("databases/"):
        about["sqlalchemy_uri"] = making.uri_of(WHERE_IT_STANDS)
    elif name.startswith("datasets/"):
        about["columns"].sort(key=lambda column: column["column_name"])
    elif name.startswith("charts/"):
        number = datasets[about["dataset_uuid"]]
        about["params"]["datasource"] = f"{number}__table"
        context = json.loads(about["query_context"])
        context["datasource"]["id"] = number
        context["form_data"]["datasource"] = f"{number}__table"
        about["query_context"] = json.dumps(context)
    else:
        numbers = {}
        for part in about["position"].values():
            if isinstance(part, dict) and part["type"] == "CHART":
                number = charts[part["meta"]["uuid"]]
                numbers[part["meta"]["chartId"]] = number
                part["meta"]["chartId"] = number
        for choice in about["metadata"]["native_filter_configuration"]:
            choice["scope"]["excluded"] = sorted(numbers[n] for n in choice["scope"]["excluded"])


def main() -> None:
    """Make the dashboard in a fresh Superset on a published file, and keep its export."""
    published = Warehouse(Path(sys.argv[1]).absolute()).published
    with tempfile.TemporaryDirectory() as folder, server.running(Path(folder)) as superset:
        api = Api(superset)
        write(exported(api, making.make(api, published)))
    print(f"Wrote {KEPT}. Have a look at the differences, then run `make bi`.")


if __name__ == "__main__":
    main()
