"""The temporal layer: what has held for long enough becomes an element like any other.

::

    signals and facts come and go ──► watches ──► runs, each with a moment at which it is due
                                                    │ due, by the journal's time
                                                    ▼
                               derived elements ──► joins, both engines

A rule that says ``for`` does not match the sample but a **derived element** that stands for the
run of samples.  It enters working memory when the run has lasted long enough and leaves with the
run, so that joins, negation, chaining, explanations and the second engine need to know nothing
of time.

``watches`` says what a rule base watches for, ``runs``, ``tallies`` and ``lulls`` what is being
watched, ``layer`` what one step changes about it.
"""
