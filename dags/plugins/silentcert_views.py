"""Two pages beside every run of the night in Airflow's UI: its report, and the gates its deliveries went through.

The files are those under the home's reports/. Whoever may see the DAG's runs may see them; they hold counts only.
"""

from datetime import date
from pathlib import Path
from typing import Any, ClassVar

from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.api_fastapi.common.db.common import SessionDep
from airflow.api_fastapi.core_api.security import requires_access_dag
from airflow.models.dagrun import DagRun
from airflow.plugins_manager import AirflowPlugin
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import FileResponse, RedirectResponse
from sqlalchemy import select

from dags.wiring.dates import business_date, kind_of
from dags.wiring.this_run import home_of
from pipelines.errors import UsageError

PREFIX = "/silentcert"
NIGHT = "nightly_certification"
app = FastAPI(title="silentcert", openapi_url=None)
# What a page of ours may do: show itself, its own styles and pictures. Nothing from elsewhere, no script, no form.
SAFE = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
MAY_SEE_RUNS = Depends(requires_access_dag("GET", DagAccessEntity.RUN, NIGHT))


@app.get("/report/{dag_id}/{run_id:path}", dependencies=[MAY_SEE_RUNS])
def report(dag_id: str, run_id: str, session: SessionDep) -> RedirectResponse:
    """A backfill's report stands beside the night's, which stays as it was: the newest is the run's own."""
    run, as_of = _run_and_day(session, dag_id, run_id)
    folder = reports() / as_of.isoformat()
    again = sorted(folder.glob("backfill-*")) if kind_of(run) == "backfill" else []
    return _redirect((again[-1] if again else folder) / "index.html")


@app.get("/gates/{dag_id}/{run_id:path}", dependencies=[MAY_SEE_RUNS])
def gates(dag_id: str, run_id: str, session: SessionDep) -> RedirectResponse:
    _, as_of = _run_and_day(session, dag_id, run_id)
    return _redirect(reports() / "data_docs" / as_of.isoformat() / "gates.html")


@app.get("/files/{name:path}", dependencies=[MAY_SEE_RUNS])
def file(name: str) -> FileResponse:
    path = (reports() / name).resolve()
    if not path.is_relative_to(reports()) or not path.is_file():
        raise HTTPException(404, "no such report")
    return FileResponse(path, headers=SAFE)


def reports() -> Path:
    return (home_of({}) / "reports").resolve()


def _run_and_day(session: Any, dag_id: str, run_id: str) -> tuple[Any, date]:
    run = session.scalar(select(DagRun).where(DagRun.dag_id == dag_id, DagRun.run_id == run_id))
    if dag_id != NIGHT or run is None:
        raise HTTPException(404, f"only runs of {NIGHT} have a report")
    conf = run.conf or {}
    try:
        if home_of(conf).resolve() != home_of({}).resolve():
            raise HTTPException(404, "the reports of this run stand in its own home")
        return run, business_date(run, conf.get("business_date"))
    except UsageError as error:
        raise HTTPException(404, str(error)) from None


def _redirect(path: Path) -> RedirectResponse:
    if not path.is_file():
        raise HTTPException(404, "this run has written no report yet")
    return RedirectResponse(f"{PREFIX}/files/{path.relative_to(reports())}")


def _beside_a_run(title: str, page: str) -> dict[str, str]:
    href = f"{PREFIX}/{page}/{{DAG_ID}}/{{RUN_ID}}"
    return {"name": title, "href": href, "destination": "dag_run", "url_route": page}


class SilentcertViews(AirflowPlugin):
    name = "silentcert"
    fastapi_apps: ClassVar = [{"app": app, "url_prefix": PREFIX, "name": "silentcert"}]
    external_views: ClassVar = [_beside_a_run("Night report", "report"), _beside_a_run("Gates", "gates")]
