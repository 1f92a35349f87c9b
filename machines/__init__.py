"""Machines and actions: how an incident moves, and what may be done about it::

    machine/v1 ┐               MachineBase
    actions/v1 ┼─► load ─────► .machines   Machine      states as leaves, branches, timers
    inventory/v1               .actions    ActionType   inputs, target, limits, proof, way back
                               .inventory  Inventory    the only things actions may be done to
                                   │
    incident.state, event, env ──► runtime ──► moves and effects

``load``        documents in, a base or every fault out: ``schema`` and ``contract_schema`` say the
                shape, ``tree`` and ``flatten`` take the nesting away, ``states``, ``branches`` and
                ``contracts`` compile, ``naming``, ``forks`` and ``check`` refuse what cannot work.
``definition``  the compiled machine; ``actions`` the compiled contract; ``inventory``.
``runtime``     one step: event in, moves and ``effects`` out; the door to ``transitions``.
``retry``       when to try again.  ``inputs`` what values an action accepts.
``verify``      what can be told of machines without running them.
``diagram``     a machine as a picture.  ``library`` holds machines ready for use.

The room is pure: no clock, randomness, environment, files or network.  ``README.md`` says how to
write a machine.
"""

from interlock.machines.actions import (
    ActionType,
    ProbeCall,
    RateLimit,
    Requirement,
    Rollback,
    Verification,
)
from interlock.machines.asking import Question
from interlock.machines.definition import (
    ABORTED,
    RESULTS,
    ApproveState,
    ChooseState,
    FinalState,
    Machine,
    ParallelState,
    RunState,
    State,
    Trigger,
    UndoState,
    WaitState,
    answer_event,
    timer_event,
)
from interlock.machines.diagram import mermaid
from interlock.machines.effects import (
    Ask,
    AwaitSignal,
    CancelTimers,
    Close,
    Effect,
    Fork,
    Moved,
    Notify,
    RunAction,
    SetContext,
    SetTimer,
    Step,
    Stuck,
    Undo,
)
from interlock.machines.inventory import Inventory, Target
from interlock.machines.load import MachineBase, load_machines
from interlock.machines.retry import RetryPolicy
from interlock.machines.runtime import MachineRuntime, Model
from interlock.machines.wait import Wait

__all__ = [
    "ABORTED",
    "RESULTS",
    "ActionType",
    "ApproveState",
    "Ask",
    "AwaitSignal",
    "CancelTimers",
    "ChooseState",
    "Close",
    "Effect",
    "FinalState",
    "Fork",
    "Inventory",
    "Machine",
    "MachineBase",
    "MachineRuntime",
    "Model",
    "Moved",
    "Notify",
    "ParallelState",
    "ProbeCall",
    "Question",
    "RateLimit",
    "Requirement",
    "RetryPolicy",
    "Rollback",
    "RunAction",
    "RunState",
    "SetContext",
    "SetTimer",
    "State",
    "Step",
    "Stuck",
    "Target",
    "Trigger",
    "Undo",
    "UndoState",
    "Verification",
    "Wait",
    "WaitState",
    "answer_event",
    "load_machines",
    "mermaid",
    "timer_event",
]
