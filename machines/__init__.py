"""Machines and actions: how an incident moves, and what may be done about it::

    documents ──► schema ──► load ──► check ──► MachineBase
    machine/v1                                   │ .machines   definition.Machine
    actions/v1                                   │ .actions    actions.ActionType
    inventory/v1                                 │ .inventory  inventory.Inventory
                                                 ▼
    incident.state, event, env ──► runtime.MachineRuntime ──► moves and effects

The room is pure: no clock, randomness, environment, files or network.  ``runtime`` is the only
door to the ``transitions`` package.  ``diagram`` draws a machine; ``library`` holds machines
ready for use; ``README.md`` says how to write one.
"""
