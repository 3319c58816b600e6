"""Which worker asks for what: every arrival is exactly one worker's, and all shares together are the plan. Pure.

The plan follows from the seed, and a share from the plan: by turns, group by group, so that each worker has an even
part of every phase. A user who waits for the answers is one worker's with all turns.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from brownout_harness.load.plan import Asking, Planned, asking_of


def shares(planned: Sequence[Planned], workers: int) -> list[list[Planned]]:
    """The plan, dealt out; each share in the plan's order."""
    dealt, worker_of = Counter[str](), dict[str, int]()
    found: list[list[Planned]] = [[] for _ in range(workers)]
    for each in planned:
        worker = worker_of.get(each.user) if each.user else None
        if worker is None:
            worker = dealt[each.group] % workers
            dealt[each.group] += 1
            if each.user:
                worker_of[each.user] = worker
        found[worker].append(each)
    return found


def asking_for_share(asking: Asking, workers: int) -> Asking:
    """How one of so many workers asks: its bound on operations in flight is its part of the whole one."""
    each_of = asking_of(asking)
    groups = {name: {**own, "in_flight_limit": _part(each_of[name], workers)} for name, own in asking.groups.items()}
    return replace(asking, in_flight_limit=_part(asking, workers), groups=groups)


def asking_through(asking: Asking, through: Mapping[str, str]) -> Asking:
    """How one asks who reaches each URL by another one only."""
    groups = {
        name: {**own, **({"urls": _by(own["urls"], through)} if "urls" in own else {})}
        for name, own in asking.groups.items()
    }
    hosts = {by: urlsplit(url).netloc for url, by in through.items()}
    return replace(asking, urls=_by(asking.urls, through), groups=groups, hosts=hosts)


def _by(urls: Mapping[str, str], through: Mapping[str, str]) -> dict[str, str]:
    return {name: through[url] for name, url in urls.items()}


def _part(asking: Asking, workers: int) -> int:
    return max(1, asking.in_flight_limit // workers)
