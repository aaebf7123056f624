"""Compares a raw answer with the SDK's models more strictly than the SDK does while it decodes.

The SDK turns "5" into 5 and 5 into "5", drops members that it does not know and takes an enumeration in any case. Here
each of them is a difference.
"""

import re

import PureCloudPlatformClientV2 as sdk

_FORMS = {
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "datetime": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z"),
}
_TYPES = {"str": str, "int": int, "bool": bool, "date": str, "datetime": str}


def differences(value, kind, path="$"):
    """Yields a sentence for each place where a decoded JSON value is not of a kind that the SDK declares."""
    if kind.startswith("list["):
        if type(value) is not list:
            yield f"{path} is no list"
            return
        for index, element in enumerate(value):
            yield from differences(element, kind[5:-1], f"{path}[{index}]")
    elif kind.startswith("dict("):
        if type(value) is not dict:
            yield f"{path} is no object"
            return
        for key, element in value.items():
            yield from differences(element, kind[5:-1].split(", ")[1], f"{path}.{key}")
    elif kind in _TYPES:
        if type(value) is not _TYPES[kind]:
            yield f"{path} is {value!r}, no {kind}"
        elif kind in _FORMS and not _FORMS[kind].fullmatch(value):
            yield f"{path} is {value!r}, not of the form of a {kind}"
    else:
        yield from _differences_of_model(value, kind, path)


def _differences_of_model(value, kind, path):
    if type(value) is not dict:
        yield f"{path} is no object"
        return
    model = getattr(sdk, kind)()
    attributes = {key: attribute for attribute, key in model.attribute_map.items()}
    for key, element in value.items():
        attribute = attributes.get(key)
        if attribute is None:
            yield f"{path}.{key} is no member of {kind}"
            continue
        yield from differences(element, model.swagger_types[attribute], f"{path}.{key}")
        if isinstance(element, str) and model.swagger_types[attribute] == "str":
            # The setter of an enumeration replaces what it does not know and keeps what differs in case alone.
            setattr(model, attribute, element)
            if getattr(model, attribute) != element:
                yield f"{path}.{key} is {element!r}, which is none of the enumeration"


def flat(value):
    """A decoded object as a value that can be hashed and compared: every attribute with its type."""
    if hasattr(value, "swagger_types"):
        attributes = tuple((name, flat(getattr(value, name))) for name in sorted(value.swagger_types))
        return type(value).__name__, attributes
    if isinstance(value, list):
        return "list", tuple(flat(element) for element in value)
    if isinstance(value, dict):
        return "dict", tuple((key, flat(value[key])) for key in sorted(value))
    if hasattr(value, "utcoffset"):
        return "datetime", value.replace(tzinfo=None), value.utcoffset()
    return type(value).__name__, value
