"""HTML pages for offices, all in one style, that need no network."""

from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined


def page(stage: str, template: str, **shown: Any) -> str:
    """A template of the stage, laid on `templates/page.html.j2`; a name it is not given is an `UndefinedError`."""
    loader = ChoiceLoader([PackageLoader(f"pipelines.{stage}"), PackageLoader("pipelines")])
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.get_template(template).render(shown)
