"""The least that an accepting service could do: a Flask handler that writes and fsyncs one file."""

import os
import uuid
from pathlib import Path

from flask import Flask, Response, jsonify, request

app = Flask("bare")
FOLDER = Path(os.environ.get("BARE_DIR", "."))


@app.post("/accept")
def accept() -> tuple[Response, int]:
    """Keep the body, and say so once it is on disk."""
    name = str(uuid.uuid4())
    with (FOLDER / name).open("xb") as file:
        file.write(request.get_data())
        file.flush()
        os.fsync(file.fileno())
    return jsonify({"message": "Generation job accepted", "job_id": name}), 202
