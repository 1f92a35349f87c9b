"""The demo: one real web server, broken three ways, healed where that helps.

::

    play       three acts, the proof, the last line
    acts       what breaks, what must deal with it, how that must end
    stage      everything that runs meanwhile

    site       nginx under supervisord, and how it is broken
    prober     looks at it as users do and streams what it sees over gRPC, or
    monitoring Prometheus and Alertmanager, which scrape the exporter and send alerts.yml
    pipeline   tells what it has released
    executors  which programs and endpoints the actions may use

    bundle/             the rules, machines, actions and inventory that heal it
    bundle_prometheus/  what is different where the signals are alerts
    screen, proof, programs, ports, looks, switch: the rest
"""
