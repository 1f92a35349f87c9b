"""Rules: what the signals mean and what should happen.  Values in, values out.

::

    signals/v1, rules/v1 documents
        │ load                        every fault located, all at once
        ▼
    RuleBase ── network, packs, digest        immutable; the digest is the rule version
        │
        ▼
    WorkingMemory.observe(signal) ──► Outcome
        discriminate     which alpha tests can this element pass?      alpha
        match            which joins does it complete?                 matcher
        chain            match → agenda → derive → match, by strata    chain
        maintain         a fact lives as long as its last support      claims

No clock, no randomness, no files, no network: time is an argument, identifiers come from
journal positions.  The same documents and the same calls give the same outcomes anywhere.

Read ``README.md`` to write a rule, ``model`` for what goes in and comes out, ``network`` for
what a rule becomes.  ``caged/`` is the second, independent engine for the joins.
"""
