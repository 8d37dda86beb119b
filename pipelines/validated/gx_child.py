"""The judging child: Great Expectations over the profiles of one night. `python -m pipelines.validated.gx_child`

Importing it takes seconds, so the parent starts this process before it decodes and sends the profiles at the end:
one JSON document in, one out. Data Docs go where the document says; nothing here reaches a network.
"""

import json
import logging
import os
import sys
import warnings
from typing import Any

SITE = "data_docs"


def main() -> None:
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.environ.update(GX_ANALYTICS_ENABLED="false", TQDM_DISABLE="1")
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    import great_expectations  # noqa: F401  # imported while the parent still decodes

    request = json.loads(sys.stdin.read() or "{}")
    verdicts = judge(request["deliveries"], request["docs"]) if request.get("deliveries") else {}
    answer.write(json.dumps(verdicts))
    answer.close()


def judge(deliveries: list[dict[str, Any]], docs: str) -> dict[str, dict[str, Any]]:
    """Verdict per delivery id; builds the Data Docs of all of them."""
    context = _context(docs)
    source = context.data_sources.add_pandas("profiles")
    verdicts = {one["delivery_id"]: _verdict(_validate(context, source, one)) for one in deliveries}
    context.build_data_docs()
    return verdicts


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
    return context.validation_definitions.add(definition).run(batch_parameters={"dataframe": profile})


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
