"""Values: the types fields declare, their text forms, and the door that admits them.

::

    types.py   Kind, Type, Field, Value, UNKNOWN      what a value can be
    text.py    durations, timestamps, decimals        how it is written
    admit.py   JSON forms, labels → runtime values    what is let in
    constants.py  YAML constants → runtime values     what authors write
"""

from interlock.language.values.admit import (
    MAX_ITEMS,
    JsonValue,
    admit,
    from_json,
    from_label,
    rescale,
    violation,
)
from interlock.language.values.constants import constant_of, is_bare
from interlock.language.values.text import (
    MAX_TIMESTAMP,
    MIN_TIMESTAMP,
    TYPE_NAMES,
    UNIT_MS,
    decimal_parts,
    format_decimal,
    format_duration,
    format_timestamp,
    format_value,
    parse_decimal,
    parse_duration,
    parse_integer,
    parse_timestamp,
    parse_type,
)
from interlock.language.values.types import (
    ANY,
    BOOL,
    DEFAULT_SCALE,
    DURATION,
    INT,
    MAX_SCALE,
    STRING,
    TIMESTAMP,
    UNKNOWN,
    Field,
    Kind,
    Type,
    Unknown,
    Value,
    YamlValue,
    double,
    list_of,
)

__all__ = [
    "ANY",
    "BOOL",
    "DEFAULT_SCALE",
    "DURATION",
    "INT",
    "MAX_ITEMS",
    "MAX_SCALE",
    "MAX_TIMESTAMP",
    "MIN_TIMESTAMP",
    "STRING",
    "TIMESTAMP",
    "TYPE_NAMES",
    "UNIT_MS",
    "UNKNOWN",
    "Field",
    "JsonValue",
    "Kind",
    "Type",
    "Unknown",
    "Value",
    "YamlValue",
    "admit",
    "constant_of",
    "decimal_parts",
    "double",
    "format_decimal",
    "format_duration",
    "format_timestamp",
    "format_value",
    "from_json",
    "from_label",
    "is_bare",
    "list_of",
    "parse_decimal",
    "parse_duration",
    "parse_integer",
    "parse_timestamp",
    "parse_type",
    "rescale",
    "violation",
]
