"""Reads the published file from other processes while it is published again and again."""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Iterator, Mapping
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path

import duckdb

from service_kpis import publishing
from service_kpis.errors import CheckFailedError
from torture import hand_made
from torture.hand_made import Quiet, number_in
from torture.trial import Trial

COUNTS = {"PUBLISHES": 100}
READERS = 2
ROWS = 20_000
"""So many that a file takes a while to be written."""
UNCHECKED = -1

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["service_kpis.publishing"])


def trials(counts: Mapping[str, int], seed: int) -> Iterator[Trial]:
    """Publish one build after the other, with marts that no check has seen in between."""
    del seed  # when a reader looks is up to the machine
    with tempfile.TemporaryDirectory() as folder:
        warehouse = hand_made.make(Path(folder), rows=ROWS)
        hand_made.built(warehouse, 0)
        publishing.publish(warehouse, Quiet())
        is_over = processes.Event()
        ends = [processes.Pipe(duplex=False) for _ in range(READERS)]
        readers = [
            processes.Process(target=poll, args=(warehouse.published, is_over, told))
            for _, told in ends
        ]
        for reader in readers:
            reader.start()
        for number in range(1, counts["PUBLISHES"] + 1):
            hand_made.half_built(warehouse, UNCHECKED, "fct_calls")
            hand_made.dbt_ran(warehouse, "by hand")
            try:
                publishing.publish(warehouse, Quiet())
            except CheckFailedError:
                yield Trial("marts that no check has seen are refused", held=True)
            else:
                yield Trial("marts that no check has seen are refused", held=False)
            hand_made.built(warehouse, number)
            publishing.publish(warehouse, Quiet())
            found = number_in(warehouse.published)
            told = f"after publish {number}, build {found} is published"
            yield Trial("publish while others read", held=found == number, detail=told)
        is_over.set()
        for heard, _ in ends:
            yield from judged(heard.recv(), last=counts["PUBLISHES"])
        for reader in readers:
            reader.join()


def poll(published: Path, is_over: Event, told: Connection) -> None:
    """Open, read and close the file until it is over; tell what each look found."""
    looks: list[int | str] = []
    while not looks or not is_over.is_set():
        try:
            looks.append(number_in(published))
        except (AssertionError, duckdb.Error) as error:
            looks.append(f"{type(error).__name__}: {error}")
    told.send(looks)


def judged(looks: list[int | str], last: int) -> Iterator[Trial]:
    """Judge each look of a reader: a whole, checked build, and never an older one than before."""
    newest = 0
    for look in looks:
        held = isinstance(look, int) and newest <= look <= last
        newest = look if isinstance(look, int) else newest
        yield Trial("a reader looks meanwhile", held=held, detail=f"after {newest}: {look}")
