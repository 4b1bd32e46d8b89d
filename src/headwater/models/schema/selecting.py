"""Which of the given columns a schema wants, and what an error says about one that does not fit."""

from collections.abc import Collection, Sequence
from difflib import get_close_matches

from headwater.models.schema.misfit import Misfit
from headwater.models.schema.types import ColSpec, Name, Schema


def select_specs(given: Sequence[Name], schema: Schema) -> list[tuple[Name, ColSpec]]:
    """Return the given columns that a schema wants, each with its spec, in the schema's order; raise `Misfit`.

    A schema without names takes columns by position.
    """
    if schema.has_input_names():
        specs = dict(zip(schema.names, schema.inputs, strict=True))
        return [(name, specs[name]) for name in select_names(given, schema)]
    check_count(len(given), schema)
    return list(zip(given, schema.inputs, strict=False))


def select_names(given: Sequence[Name], schema: Schema) -> list[Name]:
    """Return the names of the schema that are given, in its order; raise `Misfit` if a required one is missing.

    What the schema does not name is left out.
    """
    known = set(given)
    missing = [name for name in schema.required_input_names() if name not in known]
    if missing:
        raise _missing_inputs(missing, given, schema)
    chosen = [name for name in schema.names if name in known]
    if len(known) < len(given):
        double = [name for name in chosen if list(given).count(name) > 1]
        if double:
            raise Misfit(f"Several columns are named '{double[0]}'.", fix="Rename or drop all but one.")
    return chosen


def _missing_inputs(missing: list[Name], given: Sequence[Name], schema: Schema) -> Misfit:
    extra = [name for name in given if name not in schema.names]
    reason = f"Model is missing inputs {missing}."
    if extra:
        reason += f" Note that there were extra inputs: {extra}."
    close = [(one, found) for one in missing for found in _close(str(one), extra)]
    if close:
        return Misfit(reason, fix=f"Is '{close[0][1]}' meant to be '{close[0][0]}'? Rename it.")
    if extra and all(isinstance(name, int) for name in extra):
        return Misfit(reason, fix=f"Give a DataFrame with the columns {list(schema.names)}.")
    return Misfit(reason, fix="Add them, or log the model with a signature in which they are optional.")


def _close(name: str, others: Collection[Name]) -> list[str]:
    by_lower = {str(other).lower(): str(other) for other in others if isinstance(other, str)}
    return [by_lower[found] for found in get_close_matches(name.lower(), by_lower, 1, 0.8)]


def check_count(count: int, schema: Schema) -> None:
    """Raise `Misfit` if fewer columns are given than a schema without names has."""
    wanted = len(schema.inputs)
    if count < wanted:
        raise Misfit(
            f"Model inference is missing inputs. The model signature declares {wanted} inputs  but the provided value "
            f"only has {count} inputs. Note: the inputs were not named in the signature so we can only verify their "
            "count."
        )


def in_column(misfit: Misfit, name: Name, spec: ColSpec) -> Misfit:
    """Return the misfit with the column's name in its reason, and all that is known in its fix."""
    reason = f"Incompatible input types for column {name}. {misfit.reason}"
    place = f"Row {misfit.index}" + (f" at '{misfit.path}'" if misfit.path else "")
    got = f"{place} is the first that does not fit: got {misfit.got}, wanted {spec.type!r}. " if misfit.got else ""
    return Misfit(reason, misfit.index, fix=(got + misfit.fix).strip())
