"""Names for runs that were given none."""

import os

_ADJECTIVES = (
    "able agile amber bold brave breezy bright brisk calm candid clear clever cosmic crisp curious deft eager early "
    "fair fast fine fond free fresh gentle glad golden grand happy honest humble jolly keen kind light likely lively "
    "loyal lucky lunar merry mild mellow neat nimble noble open patient placid polite proud quick quiet rapid rare "
    "ready rustic serene sharp silent silver simple sleek smart solar solid sunny swift tidy upbeat vivid warm wise "
    "witty zesty"
)
_NOUNS = (
    "ant asp auk bass bat bear bee bird boar bream carp cat cod colt crab crane crow cub deer dog dove duck eel elk "
    "fawn finch fish fly foal fowl fox frog gnat goat goose grouse gull hare hawk hen heron hog horse jay kit koi "
    "lamb lark loon lynx mink mole moose moth mouse mule newt otter owl ox perch pig plover pug quail ram rat raven "
    "ray robin roe rook seal shad shark sheep shrew slug smelt snail snipe sole squid stag steed stork swan tern toad "
    "trout turtle vole wasp whale wolf worm wren yak zebra"
)


def make_run_name() -> str:
    """Return a random name such as `brisk-heron-482`, at most 20 characters long."""
    chance = int.from_bytes(os.urandom(8))
    adjectives, nouns = _ADJECTIVES.split(), _NOUNS.split()
    chance, number = divmod(chance, 1000)
    chance, adjective = divmod(chance, len(adjectives))
    return f"{adjectives[adjective]}-{nouns[chance % len(nouns)]}-{number}"
