"""``python -m tests.poison CITY``: count a city of which one complex kills every process.

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


def deadly_count(data, part):
    """Count a part, unless it holds a complex that is too much for any process."""
    if any(folder.name == POISON for folder in part.folders):
        os.kill(os.getpid(), signal.SIGKILL)
    return count_part(data, part)


def main():
    data = Path(sys.argv[1])
    city_cluster.count_part = deadly_count
    parts = plan_parts(city_folders(data)[:5], 2)
    with (
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
            # A task is given up with the first process that dies of it, or beside it.
            scheduler_kwargs={"dashboard_address": "127.0.0.1:0", "allowed_failures": 0},
        ) as cluster,
        city_cluster.existing_cluster(cluster.scheduler_address, data) as client,
    ):
        done = [
            ([folder.name for folder in part.folders], records is not None)
            for part, records in city_cluster.count_parts(client, data, parts)
        ]
    sys.stdout.write(json.dumps(done))


if __name__ == "__main__":
    main()
