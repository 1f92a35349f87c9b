"""Whatever the worker does, each case is reported on once and in order."""

from hypothesis import given
from hypothesis import strategies as st

from interlock.engine.crosscheck.docket import Case, Docket, NoOpinion
from interlock.engine.crosscheck.reports import Agreement, EngineFault
from interlock.rules.model import Evaluation

RIGHT, WRONG, NONE = (("r", ("s1",)),), (), NoOpinion("crashed")


@given(
    st.lists(st.tuples(st.integers(0, 1), st.sampled_from([RIGHT, WRONG, NONE])), min_size=1),
    st.integers(1, 5),
    st.lists(st.integers(0, 5)),
)
def test_each_case_is_reported_on_once_and_in_order(steps, batch, answered):
    """Law: for any positions, opinions, batch size and pattern of interrupted batches,

    reports name exactly the cases that did not agree, in order; the counts of the agreements add
    up to the others; agreements go through ever later positions, the last through the last; and
    an agreement through a position comes after every report of that position and of those before.
    """
    position, cases, wanted = 0, [], []
    for step, opinion in steps:
        position += step
        cases.append(Case(Evaluation(position, str(len(cases)), (), "s1", RIGHT), None))
        wanted.append(opinion)
    docket = Docket(capacity=1, batch=batch)
    assert docket.file(cases)

    reports, done, pattern = [], 0, iter(answered)
    while len(docket):
        size = min(len(docket.next_batch()), next(pattern, batch))
        reports += docket.close(wanted[done : done + size])
        done += size

    others = [report for report in reports if not isinstance(report, Agreement)]
    agreements = [report for report in reports if isinstance(report, Agreement)]
    assert [int(o.pack) for o in others] == [n for n, o in enumerate(wanted) if o is not RIGHT]
    assert all(isinstance(o, EngineFault) == (wanted[int(o.pack)] is NONE) for o in others)
    assert sum(agreement.count for agreement in agreements) == wanted.count(RIGHT)
    through = [agreement.through for agreement in agreements]
    assert through == sorted(set(through))
    assert through[-1] == position
    for place, report in enumerate(reports):
        if isinstance(report, Agreement):
            assert all(o.position > report.through for o in reports[place + 1 :] if o in others)
