"""How long it takes to load the data of built-in objects: python benchmarks/load_builtins.py [MAJOR]

Milliseconds, best of 20, in a process that has done nothing else with it: decoding, then the indexes by identifier and by name.
"""

from __future__ import annotations

import sys
import time

from schemalint.catalog import builtins
from schemalint.catalog.model import CatalogObject

RUNS = 20


def main(arguments: list[str]) -> int:
    major = int(arguments[0]) if arguments else builtins.MAJORS[-1]
    print(f"{'catalog':16}{'rows':>6}{'kB':>8}{'decode':>9}{'by oid':>9}{'by name':>9}")
    for classid, struct in builtins.STRUCTS.items():
        best = [float("inf")] * 3
        for _ in range(RUNS):
            table = builtins.Table(major, struct)
            times = [measured(table, attribute) for attribute in ("rows", "by_oid", "names")]
            best = [min(pair) for pair in zip(best, times, strict=True)]
        size = builtins.file_of(major, classid).stat().st_size / 1e3
        print(f"{classid:16}{len(table.rows):6}{size:8.1f}" + "".join(f"{seconds * 1e3:9.2f}" for seconds in best))
    return 0


def measured(table: builtins.Table[CatalogObject], attribute: str) -> float:
    """Seconds that the first look at an attribute takes."""
    start = time.perf_counter()
    getattr(table, attribute)
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
