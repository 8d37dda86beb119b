"""The judging child: Great Expectations over the profiles of one night. `python -m pipelines.validated.gx_child`

Importing it takes seconds, so the parent starts this process long before it has a delivery to judge. One line of JSON
says where the Data Docs go, each further one is a delivery; when there are no more, one document answers them all.
Nothing here reaches a network.
"""

import gc
import json
import logging
import os
import sys
import warnings
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from pipelines.errors import LACKED, machine_trouble

SITE = "data_docs"
# Imported by an expectation we do not use, at half the time of the whole import.
RARELY_USED = ("altair", "scipy.stats")


def main() -> None:
    os.umask(0o077)
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.environ.update(GX_ANALYTICS_ENABLED="false", TQDM_DISABLE="1")
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    try:
        _import_great_expectations()
        answer.write(json.dumps(judge(map(json.loads, sys.stdin))))
    except Exception as error:
        lacked = machine_trouble(error)
        if not lacked:
            raise
        answer.write(LACKED + lacked)
    finally:
        answer.close()


def judge(requests: Iterable[Any]) -> dict[str, dict[str, Any]]:
    """Verdict per delivery id; builds the Data Docs of all of them, in the folder that is asked first."""
    lines = iter(requests)
    docs = next(lines, "")
    if not docs:
        return {}  # the parent had nothing to judge
    context = _context(docs)
    source = context.data_sources.add_pandas("profiles")
    verdicts = {one["delivery_id"]: _verdict(_validate(context, source, one)) for one in lines}
    if verdicts:
        context.build_data_docs()
        _close_to_others(Path(docs))
    return verdicts


def _import_great_expectations() -> None:
    """Without SQLAlchemy, which it can do without; nothing of what is imported is garbage to look for later."""
    sys.modules["sqlalchemy"] = None  # type: ignore[assignment]
    for name in RARELY_USED:
        _import_on_use(name)
    gc.disable()
    import great_expectations  # noqa: F401

    gc.freeze()
    gc.set_threshold(50_000)
    gc.enable()


def _import_on_use(name: str) -> None:
    """Put a module in the place of this one that imports it when something of it is first used."""
    module = ModuleType(name)

    def attribute(wanted: str) -> Any:
        if sys.modules[name] is module:
            del sys.modules[name]
        return getattr(import_module(name), wanted)

    module.__getattr__ = attribute  # type: ignore[method-assign]
    sys.modules[name] = module


def _context(docs: str) -> Any:
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    for site in list(context.get_site_names()):
        context.delete_data_docs_site(site)
    context.add_data_docs_site(
        site_name=SITE,
        site_config={
            "class_name": "SiteBuilder",
            "show_how_to_buttons": False,
            "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": docs},
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        },
    )
    return context


def _close_to_others(docs: Path) -> None:
    """Styles and pictures are copied with the permissions they were installed with."""
    for path in docs.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)


def _validate(context: Any, source: Any, one: dict[str, Any]) -> Any:
    """Through a stored definition: only what it ran shows in the Data Docs."""
    import great_expectations as gx
    import pandas as pd  # type: ignore[import-untyped]
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    suite = gx.ExpectationSuite(name=one["name"])
    for expected in one["expectations"]:
        suite.add_expectation_configuration(ExpectationConfiguration(**expected))
    batch = source.add_dataframe_asset(one["name"]).add_batch_definition_whole_dataframe("all")
    definition = gx.ValidationDefinition(name=one["name"], data=batch, suite=context.suites.add(suite))
    profile = pd.DataFrame(one["profile"])
    stored = context.validation_definitions.add(definition)
    return stored.run(batch_parameters={"dataframe": profile}, result_format="BASIC")


def _verdict(result: Any) -> dict[str, Any]:
    failed = sorted({_about(one) for one in result.results if not one.success})
    exceptions = sorted({_about(one) for one in result.results if _raised(one.exception_info)})
    return {"success": bool(result.success), "failed": failed, "exceptions": exceptions}


def _about(one: Any) -> str:
    meta = one.expectation_config.meta or {}
    return f"{meta.get('about', 'unnamed')} {meta.get('column', '')}".strip()


def _raised(info: Any) -> bool:
    """One entry for the whole, or one per metric: either may say that something was raised."""
    entries = [info, *info.values()] if isinstance(info, dict) else []
    return any(isinstance(entry, dict) and entry.get("raised_exception") for entry in entries)


if __name__ == "__main__":
    main()
