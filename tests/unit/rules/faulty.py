"""A good rule, and the same with some of its text changed."""

RULE = """\
interlock: rules/v1
rules:
  - id: restart
    title: errors
    when:
      - signal: error
        as: err
        where: value > 5
    then:
      - start: restart
        incident: ${err.service}
    why: ${err.service} has errors
"""


def changed(text: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text
