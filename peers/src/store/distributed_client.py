"""Records with prometheus-distributed-client as its documentation shows, and says how often.

    distributed_client.py PORT PROCESSES SECONDS

For increments of a counter, then for observations of a histogram with its default buckets, both
with three labels, it prints a line for whoever started it:

    increments operations=... seconds=... commands=... reads=...

The commands and reads are those that Redis counted meanwhile; nobody else may ask it. What it keeps
afterwards must be what was recorded, else this fails.
"""

import multiprocessing
import sys
import time

from prometheus_client import CollectorRegistry
from prometheus_distributed_client import setup
from prometheus_distributed_client.redis import Counter, Histogram
from redis import Redis

LABELS = ["account", "host", "event_type"]

# Enough for series to differ, few enough that all are known soon.
SERIES = [
    {"account": f"account-{n % 10}", "host": f"host-{n % 4}", "event_type": f"event-{n % 3}"}
    for n in range(60)
]


def connect(port):
    return Redis(host="127.0.0.1", port=port)


def operations(port):
    """The way to record, by what is recorded."""
    setup(redis=connect(port), redis_prefix="peers", redis_expire=3600)
    registry = CollectorRegistry()
    events = Counter("events_total", "Events.", LABELS, registry=registry)
    latency = Histogram("latency_seconds", "Their time.", LABELS, registry=registry)
    return {
        "increments": lambda labels: events.labels(**labels).inc(),
        "observations": lambda labels: latency.labels(**labels).observe(0.3),
    }


def record(name, port, seconds, start, results):
    operation = operations(port)[name]
    # What a process does only once is not measured: it connects, and meets each series.
    for labels in SERIES:
        operation(labels)
    start.wait()
    # The parent resets the counts between the two.
    start.wait()
    begin = time.perf_counter()
    count = 0
    while time.perf_counter() - begin < seconds:
        operation(SERIES[count % len(SERIES)])
        count += 1
    results.put((count, time.perf_counter() - begin))


def measure(name, port, processes, seconds):
    context = multiprocessing.get_context("fork")
    start, results = context.Barrier(processes + 1), context.Queue()
    arguments = (name, port, seconds, start, results)
    workers = [context.Process(target=record, args=arguments) for _ in range(processes)]
    redis = connect(port)
    before = total(redis, name)
    for worker in workers:
        worker.start()
    start.wait()
    redis.config_resetstat()
    start.wait()
    found = [results.get() for _ in workers]
    for worker in workers:
        worker.join()
    stats = redis.info("commandstats")
    reads = redis.info("stats")["total_reads_processed"]
    calls = {command: values["calls"] for command, values in stats.items()}
    # Ours; all others are the library's.
    calls.pop("cmdstat_config|resetstat", None)
    count = sum(count for count, _ in found)
    longest = max(time for _, time in found)
    kept, expected = total(redis, name) - before, count + processes * len(SERIES)
    if kept != expected:
        sys.exit(f"{expected} {name} were made, {kept} are kept")
    said = f"operations={count} seconds={longest:.6f}"
    print(name, f"{said} commands={sum(calls.values())} reads={reads}")


def total(redis, name):
    key, field = {
        "increments": ("peers_events", b"_total:"),
        "observations": ("peers_latency_seconds", b"_count:"),
    }[name]
    values = redis.hgetall(key).items()
    return sum(float(value) for at, value in values if at.startswith(field))


if __name__ == "__main__":
    port, processes, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    for name in ["increments", "observations"]:
        measure(name, port, processes, seconds)
