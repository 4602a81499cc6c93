"""Prints what Python's struct module makes of many values: `struct_cases.py`.

Its output is kept in tests/data/struct_cases.txt, one case a line, in four columns with tabs
between them: the format, the bytes in hex, the values as they are given, the values as they are
read back; the values with spaces between them.
"""

import struct

RANGES = {code: 8 * struct.calcsize("=" + code) for code in "bBhHiIqQ"}


def integers():
    for code, bits in RANGES.items():
        signed = code.islower()
        smallest, largest = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
        for value in sorted({smallest, smallest + 1, 0, 1, 5, 100, largest - 1, largest}):
            for prefix in ["", "@", "=", "<", ">", "!"]:
                yield prefix + code, [value]


def floats():
    values = [0.0, -0.0, 1.0, -1.5, 0.1, 3.14159, 1e6, 6.5e-7, 2.5e30, float("inf"), float("-inf")]
    for prefix in ["", "<", ">"]:
        for value in values:
            yield prefix + "f", [value]
            yield prefix + "d", [value]
        # The largest and the smallest of each, and one that is rounded to the largest.
        yield prefix + "f", [3.4028234663852886e38]
        yield prefix + "f", [3.40282356e38]
        yield prefix + "f", [1e-45]
        yield prefix + "d", [1.7976931348623157e308]
        yield prefix + "d", [5e-324]
    # Without a prefix, what is too large is infinite; with one it is refused.
    yield "f", [1e39]
    yield "@f", [-1e39]


def texts():
    yield "5s", [b"hello"]
    yield "3s", [b"hello"]
    yield "8s", [b"hello"]
    yield "s", [b"x"]
    yield ">10s", ["中文".encode()]
    yield "2s2s", [b"ab", b"cd"]


def several():
    yield "i", [183346]
    yield "ii", [1, -1]
    yield "3h", [1, 2, 3]
    yield ">3h", [1, 2, 3]
    yield "<I3sf", [7, b"abc", 2.5]
    yield "I3sf", [7, b"abc", 2.5]
    yield "4sI", [b"data", 9]
    yield "5sI", [b"datum", 9]
    yield "=5sI", [b"datum", 9]
    yield "< h i q", [1, 2, 3]
    # Native alignment puts zeros in front of what needs an even place, and none at the end.
    for prefix in ["", "=", "<", ">"]:
        for codes in ["bh", "bi", "bI", "bq", "bQ", "hb", "qb", "iq", "hhi", "bbbi"]:
            yield prefix + codes, [1] * len(codes)
        yield prefix + "bhiq", [1, 2, 3, 4]
        yield prefix + "b3h", [1, 2, 3, 4]
        yield prefix + "bf", [1, 1.5]
        yield prefix + "bd", [1, 1.5]
        yield prefix + "b2sq", [1, b"xy", 2]
        yield prefix + "b5s2h", [1, b"hello", 2, 3]
        yield prefix + "bbi", [-128, 127, -2147483648]
    # A count of none still aligns.
    yield "b0q", [1]
    yield "<b0q", [1]


def shown(value):
    """A value as our program reads it back: Rust writes 1e16 where Python writes 1e+16."""
    text = repr(value)
    return text.replace("e+", "e").replace("e-0", "e-") if isinstance(value, float) else text


def given(value):
    return value.decode() if isinstance(value, bytes) else shown(value)


for cases in [integers(), floats(), texts(), several()]:
    for format, values in cases:
        packed = struct.pack(format, *values)
        columns = [
            format,
            packed.hex(" "),
            " ".join(map(given, values)),
            " ".join(map(shown, struct.unpack(format, packed))),
        ]
        print("\t".join(columns))
