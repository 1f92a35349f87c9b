"""How fast it is, against the least that could be done: ``python -m tests.bench.run --quick``.

::

    run      which measurements, within which time; prints a JSON object a line
    ingest   durable decided signals a second, by batch size and by number of rules
    latency  send→ack and send→dispatch at half load
    memory   what an open incident costs
    restart  from kill -9 to ready
    profile  where a service's time goes under load (for reading, not for comparing)

    lab      the folder, the subjects and the client that measurements share
    subjects the processes: floor, service, load client
    floor    the least: a bare stream into one table
    load     what the client process does; ``wire``: the bytes it sends
    mix      the rule base and what the signals say; ``incidents``: those that stay open
    stopwatch  an executor that notes when it was asked

What is compared is measured by turns within one minute, so that whatever else the machine does
meets both; the median of the turns counts.
"""
