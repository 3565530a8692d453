"""``python -m tests.poison CITY always|once``: count a city of which one complex kills processes.

In a process of its own, as a cluster that loses its workers has to be watched from outside.
"""

import json
import os
import signal
import sys
from pathlib import Path

from distributed import LocalCluster

from api.cli import city_cluster
from voting.count.city import city_folders, plan_parts
from voting.count.city_part import count_part

POISON = "小区2"
_SPENT = "死过一次"


def deadly_count(data, part):
    """Count a part, unless it holds a complex that is too much for any process."""
    if any(folder.name == POISON for folder in part.folders):
        os.kill(os.getpid(), signal.SIGKILL)
    return count_part(data, part)


def deadly_count_once(data, part):
    """The same, but the next process that is given it lives."""
    spent = Path(data).with_name(_SPENT)
    if not spent.exists() and any(folder.name == POISON for folder in part.folders):
        spent.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return count_part(data, part)


def main():
    data, always = Path(sys.argv[1]), sys.argv[2] == "always"
    city_cluster.count_part = deadly_count if always else deadly_count_once
    parts = plan_parts(city_folders(data)[:5], 2)
    with (
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
            # How many processes may die of a task, or beside it, before it is given up.
            scheduler_kwargs={
                "dashboard_address": "127.0.0.1:0",
                "allowed_failures": 0 if always else 3,
            },
        ) as cluster,
        city_cluster.existing_cluster(cluster.scheduler_address, data) as client,
    ):
        done = [
            ([folder.name for folder in part.folders], records)
            for part, records in city_cluster.count_parts(client, data, parts)
        ]
    sys.stdout.write(json.dumps(done))


if __name__ == "__main__":
    main()
