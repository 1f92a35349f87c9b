"""How a project begins.

``files/``     the starter project, as it is written
``project``    a set of files, and how it comes into a folder without overwriting anything
``prometheus`` what a file of Prometheus alert rules says
``carrying``   from alert rules to signals, rules and scenarios, and what could not be carried
``quoting``    any text as YAML
"""
