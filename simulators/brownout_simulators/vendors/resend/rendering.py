"""A mail from a published template: its variables put in, `{{{NAME}}}`, or what the template has in their place."""

import re
from collections.abc import Mapping
from typing import Any, Final

from brownout_simulators.vendors.resend.errors import invalid, unknown
from brownout_simulators.vendors.resend.resources import Object, ResendAccount

_PLACE: Final = re.compile(r"\{\{\{\s*([A-Za-z0-9_]{1,50})\s*\}\}\}")
_MOST: Final = 50
_LONGEST: Final = 2_000


def template_of(account: ResendAccount, id_or_alias: str) -> Object | None:
    """By id or alias."""
    state = account.state
    return state.templates.get(id_or_alias) or state.templates.get(state.template_ids.get(id_or_alias, ""))


def from_template(account: ResendAccount, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is asked for, with the template's texts; its sender and subject where none is said. Raises `Refused`."""
    asked = given["template"]
    if not isinstance(asked, dict) or not isinstance(asked.get("id"), str) or not asked["id"]:
        raise invalid("The `template` field must be an object with an `id`.")
    if given.get("html") is not None or given.get("text") is not None:
        raise invalid("The `template` field cannot be used with `html` or `text`.")
    template = template_of(account, asked["id"])
    if template is None or template["published"] is None:
        raise unknown("Template")
    published: Object = template["published"]
    values = _values(published, asked.get("variables"))
    texts = {
        name: _PLACE.sub(lambda place: values.get(place[1], place[0]), published[name])
        for name in ("subject", "html", "text")
        if published[name] is not None
    }
    said = {name: value for name, value in given.items() if value is not None}
    if published["from"] is not None:
        said.setdefault("from", published["from"])
    if published["reply_to"] is not None:
        said.setdefault("reply_to", published["reply_to"])
    if "subject" in texts:
        said.setdefault("subject", texts.pop("subject"))
    return {**texts, **said, "template": {"id": template["id"]}}


def _values(template: Object, given: Any) -> dict[str, str]:
    if given is None:
        given = {}
    if not isinstance(given, dict) or len(given) > _MOST:
        raise invalid(f"The `variables` field must be an object of at most {_MOST} items.")
    values = {}
    for name, value in given.items():
        if isinstance(value, bool) or not isinstance(value, str | int | float) or len(str(value)) > _LONGEST:
            raise invalid(f"The variable `{name[:50]}` must be a `string` or a `number`.")
        values[name] = str(value)
    for variable in template["variables"]:
        if variable["key"] not in values:
            if variable["fallback_value"] is None:
                raise invalid(f"Missing required variable `{variable['key']}`.")
            values[variable["key"]] = str(variable["fallback_value"])
    return values
