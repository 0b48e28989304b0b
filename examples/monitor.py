"""A monitor that knows nothing but the folder of activities: it folds what happened into the jobs as they stand."""

import json
import sys
from collections import defaultdict
from pathlib import Path

from feedscript.codec import activity_from_json
from feedscript.domain import Event, fold


def states(folder: Path) -> dict[str, str]:
    """Each job's state, by its id, of all days that are not compressed."""
    histories: defaultdict[str, list[Event]] = defaultdict(list)
    for day in sorted(folder.glob("*/*/*.jsonl")):
        for line in day.read_bytes().splitlines():
            entry = activity_from_json(line)
            if entry.event is not None:
                histories[entry.event.job_id].append(entry.event)
    return {job_id: job.state.value for job_id, history in histories.items() if (job := fold(history))}


if __name__ == "__main__":
    print(json.dumps(states(Path(sys.argv[1])), indent=2))
