"""Writes `tasks.jsonl`: sentences made from templates, each with the event that it tells of.

    python examples/events/make_tasks.py

The sentences are made up here; none is of any corpus. The same call writes the same file.
"""

import json
import pathlib
import random

HERE = pathlib.Path(__file__).parent

ENTITIES = """from dataclasses import dataclass, field


@dataclass
class Entity:
    text: str


class Person(Entity): ...


class Place(Entity): ...


class Thing(Entity): ...
"""

PEOPLE = ["Ada Brandt", "Tomas Rey", "the old captain", "Lin Okafor", "two engineers", "Mira Sand", "the mayor"]
PLACES = ["Oslo", "the harbour", "Lagos", "the north gate", "Lima", "a village near Turin"]
THINGS = ["a crate of books", "the blue van", "three pumps", "an organ", "the archive's maps"]
DAYS = ["On Monday", "Last spring", "At noon", "In 1987"]

EVENTS = {
    "Transport": {
        "roles": {"agent": "Person", "artifact": "Thing", "origin": "Place", "destination": "Place"},
        "templates": [
            "{day}, {agent} drove {artifact} from {origin} to {destination}.",
            "{artifact} reached {destination} {day_in}; {agent} had brought it from {origin}.",
            "{agent} moved {artifact} to {destination}.",
        ],
    },
    "Meeting": {
        "roles": {"participant": "Person", "place": "Place"},
        "templates": [
            "{day}, {participant} and {participant_2} met in {place}.",
            "{participant} talked with {participant_2} for an hour.",
        ],
    },
    "Sale": {
        "roles": {"seller": "Person", "buyer": "Person", "artifact": "Thing"},
        "templates": [
            "{day}, {seller} sold {artifact} to {buyer}.",
            "{buyer} bought {artifact} from {seller} after a long talk.",
            "{buyer} paid well for {artifact}.",
        ],
    },
}
POOLS = {"Person": PEOPLE, "Place": PLACES, "Thing": THINGS}


def classes_of(kind):
    """The event's class as the model sees it; roles are lists of entities."""
    roles = "".join(f"    {role}: list = field(default_factory=list)\n" for role in EVENTS[kind]["roles"])
    return f"{ENTITIES}\n\n@dataclass\nclass {kind}:\n{roles}"


def task_of(number, kind, template, rng):
    """One task: a sentence, the classes, and a verifier that knows the entities."""
    roles = EVENTS[kind]["roles"]
    pools = {name: rng.sample(pool, len(pool)) for name, pool in POOLS.items()}
    day = rng.choice(DAYS)
    words = {"day": day, "day_in": day[0].lower() + day[1:]}
    gold = {role: [] for role in roles}
    for role, entity in roles.items():
        for name in (role, f"{role}_2"):
            if "{" + name + "}" in template:
                words[name] = pools[entity].pop()
                gold[role].append((entity, words[name]))
    sentence = template.format(**words)
    sentence = sentence[0].upper() + sentence[1:]
    # A name at the start of a sentence is written as it stands there.
    gold = {
        role: [(entity, text if text in sentence else text[0].upper() + text[1:]) for entity, text in found]
        for role, found in gold.items()
    }
    event = ", ".join(
        f"{role}=[{', '.join(f'{entity}({text!r})' for entity, text in found)}]" for role, found in gold.items()
    )
    verifier = (HERE / "verifier.py").read_text(encoding="utf-8")
    return {
        "id": f"events/{number}",
        "source": "file",
        "name": "event",
        "instruction": f"Write the {kind} event that this sentence tells of, with the words of the sentence: {sentence}",
        "prefix": f'{classes_of(kind)}\n\ndef event():\n    """{sentence}"""',
        "hole": "body",
        "indent": 4,
        "setup": "",
        "checks": [
            {"kind": "verifier", "call": "event()", "source": f"GOLD = {(kind, gold)!r}\n\n{verifier}"}
        ],
        "reference": f"\n    return {kind}({event})",
        # Sentences of one template are too much alike to be on both sides of a split.
        "family": template,
    }


def main():
    rng = random.Random(7)
    tasks = []
    for kind, event in EVENTS.items():
        for template in event["templates"]:
            for _ in range(4):
                tasks.append(task_of(len(tasks), kind, template, rng))
    with open(HERE / "tasks.jsonl", "w", encoding="utf-8", newline="\n") as file:
        for task in tasks:
            file.write(json.dumps(task) + "\n")


if __name__ == "__main__":
    main()
