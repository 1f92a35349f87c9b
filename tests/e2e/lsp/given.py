"""A bundle that editors have open: check and lint say of it only what they always do."""

from __future__ import annotations

SIGNALS = """\
interlock: signals/v1
package: shop
owner: team-shop
signals:
  http.error_ratio:
    doc: Share of requests that failed.
    keep: latest
    key: [service]
    correlate: [service]
    ttl: 5m
    fields:
      service: string
      env: {type: string, enum: [prod, staging]}
      value: {type: double, min: 0, max: 1, unit: ratio, doc: From none to all.}
facts:
  service.burning:
    doc: A service has many errors.
    key: [service]
    fields: {service: string}
"""
PARAMS = """\
interlock: params/v1
package: shop
params:
  threshold: {type: double, default: 0.05, min: 0, max: 1, doc: What counts as burning.}
environments:
  staging: {threshold: 0.2}
"""
RULES = """\
interlock: rules/v1
package: shop
owner: team-shop
runbook_url: https://runbooks.example.net/shop
rules:
  - id: burning
    title: A service burns
    severity: high
    when:
      - signal: http.error_ratio
        as: err
        where:
          - env == "prod"
          - value > params.threshold
      - not:
          fact: service.burning
          where: service == err.service
    then:
      - advise: look at ${err.service}
    why: ${err.service} has ${percent(err.value)} errors
"""
BOUND = {"signals.yaml": SIGNALS, "params.yaml": PARAMS, "rules.yaml": RULES}
