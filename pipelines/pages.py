"""HTML pages for offices, all in one style, that need no network."""

from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined


def page(package: str, template: str, **shown: Any) -> str:
    """HTML of a template of one of our packages, laid on `templates/page.html.j2`.

    Raises `UndefinedError` for a name the template is not given.
    """
    loader = ChoiceLoader([PackageLoader(f"pipelines.{package}"), PackageLoader("pipelines")])
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.get_template(template).render(shown)
