"""HTTP for monitoring systems that speak it; each post is answered after the fsync::

    POST /api/v1/alertmanager   Alertmanager's webhook, version 4      alertmanager
    POST /api/v2/alerts         Prometheus' own push                   prometheus
    GET  /livez /readyz         is it alive, does it take work         probes
    GET  /metrics               for Prometheus                         probes

``alert``   one alert becomes one signal: identity, episode, heartbeat.
``intake``  the alerts of one post go in; what no signal can be made of is quarantined.
``post``    a body within its bounds, an error as an answer.
``app``     the routes; ``serve`` the HTTP server.
"""
