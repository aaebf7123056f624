"""Answers as text: a header and lines of columns, as Golden+Table.swift prints what the database answered."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

VIEWS = {}


def view(columns):
    """Registers a function of the world that answers the view of its name, as tuples in the order of the columns."""
    def register(answer):
        VIEWS[answer.__name__] = (columns.split(), answer)
        return answer
    return register


def text(value):
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S+00")
    if isinstance(value, (date, int, Decimal)):
        return str(value)
    return value or "''"


def table(columns, lines):
    cells = [columns] + sorted([text(value) for value in line] for line in lines)
    widths = [max(map(len, column)) for column in zip(*cells)]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() + "\n" for line in cells)


def percent(part, whole):
    """To two digits, as the views round; None where there is nothing to divide by."""
    if not whole or part is None:
        return None
    return (Decimal(100) * part / whole).quantize(Decimal("0.01"), ROUND_HALF_UP)
