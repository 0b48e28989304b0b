"""A user's script for the fault tests: it counts every run of itself, then does what its source says."""

import http.client
import json
import os
import sys
import time
from urllib.parse import urlsplit


def main() -> int:
    job_id, attempt = os.environ["FEEDSCRIPT_JOB_ID"], os.environ["FEEDSCRIPT_ATTEMPT"]
    marks = os.open(os.environ["MARKS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(marks, f"{job_id} {attempt}\n".encode())
    behaviour = os.environ["FEEDSCRIPT_SOURCE"].rpartition("/")[2]
    # Different for each run, and the same whenever it is repeated.
    time.sleep(int(job_id[-2:], 16) / 256 * 0.4)
    if behaviour == "slow":
        time.sleep(0.5)
    if behaviour == "callback" or os.environ["FEEDSCRIPT_TYPE"] == "feed_validation":
        return report(job_id)
    if behaviour == "fail":
        return 65
    if behaviour == "transient" and attempt == "1":
        return 75
    with open(os.environ["FEEDSCRIPT_RESULT_FILE"], "w") as file:  # noqa: PTH123 - pathlib would double the start
        json.dump({"destination_s3_path": os.environ["FEEDSCRIPT_DESTINATION"]}, file)
    return 0


def report(job_id: str) -> int:
    """POST the callback, again and again while nobody answers."""
    url = urlsplit(os.environ["FEEDSCRIPT_CALLBACK_URL"])
    result = {"destination_s3_path": os.environ["FEEDSCRIPT_DESTINATION"]}
    body = {"job_id": job_id, "type": os.environ["FEEDSCRIPT_TYPE"], "status": "success", "result": result}
    headers = {"Content-Type": "application/json", "X-Feedscript-Token": os.environ["FEEDSCRIPT_TOKEN"]}
    for _ in range(100):
        connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=5)
        try:
            connection.request("POST", url.path, json.dumps(body), headers)
            if connection.getresponse().status == 200:
                return 0
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
        finally:
            connection.close()
    return 1


if __name__ == "__main__":
    sys.exit(main())
