"""Judges an extracted event.

The task puts `GOLD` (the class and the entities of each role) in front of this text. The verifier runs apart
from the program, on plain data: an object of a data class arrives as its name (`kind`) and its `fields`.
"""


def verify(value):
    """Sentences about the faults of the event that a program returned; an empty list is a pass."""
    kind, roles = GOLD  # noqa: F821
    if getattr(value, "kind", None) != kind:
        return [f"Expected an event of the class {kind}."]
    wrong = []
    placed = {text: role for role, entities in roles.items() for _, text in entities}
    # The roles decide, not the fields: a program may bring a class of its own.
    for role in [*roles, *(name for name in value.fields if name not in roles)]:
        entities = value.fields.get(role)
        if role not in roles:
            wrong.append(f"{kind} has no {role}.")
            continue
        if type(entities) is not list:
            wrong.append(f"{role} must be a list of entities.")
            continue
        found = [(getattr(item, "kind", None), getattr(item, "fields", {}).get("text")) for item in entities]
        for entity_kind, text in found:
            if (entity_kind, text) in roles[role]:
                if found.count((entity_kind, text)) > 1:
                    wrong.append(f'"{text}" stands in {role} more than once.')
                continue
            wrong.append(_about(role, entity_kind, text, roles, placed))
        for _, text in roles[role]:
            if all(text != other for _, other in found):
                wrong.append(f'"{text}" is missing in {role}.')
    return wrong


def _about(role, entity_kind, text, roles, placed):
    """What is wrong with one entity of a role."""
    if type(text) is not str:
        return f"{role} holds something that is no entity."
    # An entity may have more than one role.
    right = next((kind for kind, other in roles[role] if other == text), None)
    if right is not None:
        return f'"{text}" in {role} is a {right}, not a {entity_kind}.'
    if text in placed:
        return f'"{text}" belongs to {placed[text]}, not to {role}.'
    near = [other for other in placed if other in text or text in other]
    if near:
        return f'"{text}" in {role} is the wrong span; the entity is "{near[0]}".'
    return f'"{text}" does not belong in {role}.'
